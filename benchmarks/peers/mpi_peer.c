/* All-reduces in plain C, as OSU's benchmarks do them: the work of `Descent.Benchmarks mpi`, in the same form.
   mpicc -O3 -march=native mpi_peer.c -o mpi_peer && mpirun -n 2 --bind-to core ./mpi_peer */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 15, LARGEST = 1 << 24, HUNDRED_MB = 25 << 20, PIECE = 1 << 18, MOST_CALLS = 20000 };
static const double SECONDS_OF_ROUND = 0.02;

static void at_once(float *data, int count) {
  MPI_Allreduce(MPI_IN_PLACE, data, count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
}

static void started(float *data, int count) {
  MPI_Request request;
  MPI_Iallreduce(MPI_IN_PLACE, data, count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD, &request);
  MPI_Wait(&request, MPI_STATUS_IGNORE);
}

static void in_pieces(float *data, int count) {
  for (int i = 0; i < count; i += PIECE) started(data + i, PIECE);
}

static void measure(const char *name, int count, void (*reduce)(float *, int)) {
  int rank, calls = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  float *data = aligned_alloc(64, (sizeof(float) * count + 63) / 64 * 64);
  for (int i = 0; i < count; i++) data[i] = 0;
  double least = 1e9, all = 0;
  for (int round = 0; round < 2 || (round < ROUNDS && all < 2 * ROUNDS * SECONDS_OF_ROUND); round++) {
    MPI_Barrier(MPI_COMM_WORLD);
    double start = MPI_Wtime();
    for (int i = 0; i < calls; i++) reduce(data, count);
    double seconds = MPI_Wtime() - start;
    if (round > 0 && seconds / calls < least) least = seconds / calls; /* the first warms up */
    all += seconds;
    double wanted = calls * SECONDS_OF_ROUND / seconds;
    calls = wanted < 1 ? 1 : wanted > MOST_CALLS ? MOST_CALLS : (int)wanted;
    MPI_Bcast(&calls, 1, MPI_INT, 0, MPI_COMM_WORLD);
    MPI_Bcast(&all, 1, MPI_DOUBLE, 0, MPI_COMM_WORLD);
  }
  if (rank == 0) printf("{\"work\": \"%s %zu B\", \"us\": %.3f}\n", name, sizeof(float) * count, least * 1e6);
  free(data);
}

int main(int argc, char **argv) {
  int given;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &given);
  int largest = argc > 1 ? atoi(argv[1]) : LARGEST;
  for (int count = 1; count <= largest; count *= 16) measure("all-reduce", count, at_once);
  for (int count = 1; count <= largest; count *= 16) measure("started all-reduce", count, started);
  if (largest == LARGEST) {
    measure("at once", HUNDRED_MB, at_once);
    measure("in pieces of 1 MB", HUNDRED_MB, in_pieces);
  }
  MPI_Finalize();
}
