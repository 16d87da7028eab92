// The loops that Descent is measured against, in C++, called from Descent.Benchmarks on the same arrays. benchmarks/compare runs this line:
//   g++ -O3 -march=native -fopenmp -fno-math-errno -mprefer-vector-width=512 -shared -fPIC native_peer.cpp -o libnative_peer.so
#include <cmath>
#include <omp.h>

// Below this OpenMP's own start costs more than a second thread gains.
constexpr long kAlone = 16384;

// Runs loop(start, end) over equal parts of n, one a thread.
template <class Loop>
static inline void share(long n, long elements, Loop loop) {
  if (elements <= kAlone) {
    loop(0, n);
    return;
  }
#pragma omp parallel
  {
    long part = omp_get_thread_num(), parts = omp_get_num_threads();
    loop(n * part / parts, n * (part + 1) / parts);
  }
}

extern "C" void native_threads(int n) { omp_set_num_threads(n); }

extern "C" void native_adam(float* w, const float* g, float* m, float* v, long n, float alpha, float one_minus_beta1, float one_minus_beta2,
                            float epsilon) {
  share(n, n, [=](long start, long end) {
#pragma omp simd
    for (long i = start; i < end; i++) {
      m[i] += (g[i] - m[i]) * one_minus_beta1;
      v[i] += (g[i] * g[i] - v[i]) * one_minus_beta2;
      w[i] -= m[i] * alpha / (std::sqrt(v[i]) + epsilon);
    }
  });
}

// A bare pass over the same memory: reads g and 1 to 4 arrays, and writes those.
template <int Arrays>
static void pass(float* a, float* b, float* c, float* d, const float* g, long n) {
  share(n, n, [=](long start, long end) {
#pragma omp simd
    for (long i = start; i < end; i++) {
      a[i] = a[i] * 0.5f + g[i];
      if (Arrays > 1) b[i] = b[i] * 0.5f + g[i];
      if (Arrays > 2) c[i] = c[i] * 0.5f + g[i];
      if (Arrays > 3) d[i] = d[i] * 0.5f + g[i];
    }
  });
}

extern "C" void native_pass(int arrays, float* a, float* b, float* c, float* d, const float* g, long n) {
  if (arrays == 1) pass<1>(a, b, c, d, g, n);
  else if (arrays == 2) pass<2>(a, b, c, d, g, n);
  else if (arrays == 3) pass<3>(a, b, c, d, g, n);
  else pass<4>(a, b, c, d, g, n);
}

// What a dense layer does after its product.
extern "C" void native_bias_relu(float* c, const float* bias, long rows, long columns) {
  share(rows, rows * columns, [=](long start, long end) {
    for (long row = start; row < end; row++) {
#pragma omp simd
      for (long i = 0; i < columns; i++) {
        float value = c[row * columns + i] + bias[i];
        c[row * columns + i] = value > 0 ? value : 0;
      }
    }
  });
}
