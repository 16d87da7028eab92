/* The standard ABI of MPI 5 for a test, in front of an MPICH that does not have it yet: the functions that Descent.Mpi calls, with handles translated.
   Values are those of the standard's header. */
#include <mpi.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uintptr_t Handle;

static void require(int holds) { if (!holds) abort(); }

static MPI_Comm comm(Handle handle) { require(handle == 0x101); return MPI_COMM_WORLD; }

static MPI_Op op(Handle handle) { require(handle == 0x21); return MPI_SUM; }

static MPI_Datatype type(Handle handle) {
  switch (handle) {
    case 0x210: return MPI_FLOAT;
    case 0x214: return MPI_DOUBLE;
    case 0x247: return MPI_BYTE;
    case 0x250: return MPI_INT32_T;
    case 0x258: return MPI_INT64_T;
    default: abort();
  }
}

static const void *source(const void *buffer) { return buffer == (void *)1 ? MPI_IN_PLACE : buffer; }

#define BEGIN(call)             \
  MPI_Request request;          \
  int error = (call);           \
  *handle = (unsigned)request;  \
  return error

/* A function of the ABI: its arguments are not those that MPICH's header declares. */
#define ABI(name, ...)                              \
  int abi_##name(__VA_ARGS__) __asm__("MPI_" #name); \
  int abi_##name(__VA_ARGS__)

ABI(Get_library_version, char *text, int *length) {
  strcpy(text, "MPICH behind the standard ABI");
  *length = (int)strlen(text);
  return 0;
}

ABI(Initialized, int *flag) { return PMPI_Initialized(flag); }

ABI(Init_thread, int *argc, char ***argv, int required, int *provided) {
  require(required == 2048);
  int given, error = PMPI_Init_thread(argc, argv, MPI_THREAD_SERIALIZED, &given);
  *provided = given >= MPI_THREAD_SERIALIZED ? 2048 : 0;
  return error;
}

ABI(Finalize, void) { return PMPI_Finalize(); }

ABI(Abort, Handle c, int code) { return PMPI_Abort(comm(c), code); }

ABI(Comm_rank, Handle c, int *rank) { return PMPI_Comm_rank(comm(c), rank); }

ABI(Comm_size, Handle c, int *size) { return PMPI_Comm_size(comm(c), size); }

ABI(Comm_set_errhandler, Handle c, Handle handler) {
  require(handler == 0x143);
  return PMPI_Comm_set_errhandler(comm(c), MPI_ERRORS_RETURN);
}

ABI(Error_string, int error, char *text, int *length) { return PMPI_Error_string(error, text, length); }

ABI(Barrier, Handle c) { return PMPI_Barrier(comm(c)); }

ABI(Bcast, void *data, int count, Handle t, int root, Handle c) { return PMPI_Bcast(data, count, type(t), root, comm(c)); }

ABI(Allreduce, const void *from, void *to, int count, Handle t, Handle o, Handle c) {
  return PMPI_Allreduce(source(from), to, count, type(t), op(o), comm(c));
}

ABI(Reduce_scatter, const void *from, void *to, const int *counts, Handle t, Handle o, Handle c) {
  return PMPI_Reduce_scatter(source(from), to, counts, type(t), op(o), comm(c));
}

ABI(Allgatherv, const void *from, int count, Handle t, void *to, const int *counts, const int *offsets, Handle u, Handle c) {
  return PMPI_Allgatherv(source(from), count, type(t), to, counts, offsets, type(u), comm(c));
}

ABI(Iallreduce, const void *from, void *to, int count, Handle t, Handle o, Handle c, Handle *handle) {
  BEGIN(PMPI_Iallreduce(source(from), to, count, type(t), op(o), comm(c), &request));
}

ABI(Ireduce_scatter, const void *from, void *to, const int *counts, Handle t, Handle o, Handle c, Handle *handle) {
  BEGIN(PMPI_Ireduce_scatter(source(from), to, counts, type(t), op(o), comm(c), &request));
}

ABI(Iallgatherv, const void *from, int count, Handle t, void *to, const int *counts, const int *offsets, Handle u, Handle c, Handle *handle) {
  BEGIN(PMPI_Iallgatherv(source(from), count, type(t), to, counts, offsets, type(u), comm(c), &request));
}

ABI(Test, Handle *handle, int *complete, void *status) {
  require(status == NULL);
  MPI_Request request = (MPI_Request)*handle;
  int error = PMPI_Test(&request, complete, MPI_STATUS_IGNORE);
  *handle = (unsigned)request;
  return error;
}

ABI(Wait, Handle *handle, void *status) {
  require(status == NULL);
  MPI_Request request = (MPI_Request)*handle;
  int error = PMPI_Wait(&request, MPI_STATUS_IGNORE);
  *handle = (unsigned)request;
  return error;
}
