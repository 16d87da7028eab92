/* All-reduces in plain C, as OSU's benchmarks do them: the work of `Descent.Benchmarks mpi`, in the same form.
   mpicc -O3 -march=native mpi_peer.c -o mpi_peer && mpirun -n 2 --bind-to core ./mpi_peer */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 15 };

static void reduce(float *data, int count, int started) {
  if (started) {
    MPI_Request request;
    MPI_Iallreduce(MPI_IN_PLACE, data, count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD, &request);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
  } else {
    MPI_Allreduce(MPI_IN_PLACE, data, count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
  }
}

int main(int argc, char **argv) {
  int given, rank;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &given);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  for (int started = 0; started < 2; started++) {
    for (int count = 1; count <= 1 << 24; count *= 16) {
      float *data = aligned_alloc(64, (sizeof(float) * count + 63) / 64 * 64);
      for (int i = 0; i < count; i++) data[i] = 0;
      int calls = 20000 / (1 + count / 256) + 1;
      double least = 1e9;
      for (int round = 0; round < ROUNDS; round++) {
        MPI_Barrier(MPI_COMM_WORLD);
        double start = MPI_Wtime();
        for (int i = 0; i < calls; i++) reduce(data, count, started);
        double seconds = (MPI_Wtime() - start) / calls;
        if (seconds < least) least = seconds;
      }
      if (rank == 0) printf("{\"work\": \"%s %zu B\", \"us\": %.3f}\n", started ? "started all-reduce" : "all-reduce", sizeof(float) * count, least * 1e6);
      free(data);
    }
  }
  MPI_Finalize();
}
