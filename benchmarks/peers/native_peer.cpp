// The loops that Descent's optimizer steps are measured against, in C++, called from Descent.Benchmarks on the same arrays:
//   g++ -O3 -march=native -fopenmp -fno-math-errno -mprefer-vector-width=512 -shared -fPIC native_peer.cpp -o libnative_peer.so
#include <cmath>
#include <omp.h>

// Below this OpenMP's own start costs more than a second thread gains.
constexpr long kAlone = 16384;

extern "C" void native_threads(int n) { omp_set_num_threads(n); }

extern "C" void native_adam(float* __restrict w, const float* __restrict g, float* __restrict m, float* __restrict v, long n,
                            float alpha, float one_minus_beta1, float one_minus_beta2, float epsilon) {
#pragma omp parallel for simd schedule(static) if (n > kAlone)
  for (long i = 0; i < n; i++) {
    m[i] += (g[i] - m[i]) * one_minus_beta1;
    v[i] += (g[i] * g[i] - v[i]) * one_minus_beta2;
    w[i] -= m[i] * alpha / (std::sqrt(v[i]) + epsilon);
  }
}

// A bare pass over the same memory: reads g and 1 to 4 arrays, and writes those.
template <int Arrays>
static void pass(float* __restrict a, float* __restrict b, float* __restrict c, float* __restrict d, const float* __restrict g, long n) {
#pragma omp parallel for simd schedule(static) if (n > kAlone)
  for (long i = 0; i < n; i++) {
    a[i] = a[i] * 0.5f + g[i];
    if (Arrays > 1) b[i] = b[i] * 0.5f + g[i];
    if (Arrays > 2) c[i] = c[i] * 0.5f + g[i];
    if (Arrays > 3) d[i] = d[i] * 0.5f + g[i];
  }
}

extern "C" void native_pass(int arrays, float* a, float* b, float* c, float* d, const float* g, long n) {
  if (arrays == 1) pass<1>(a, b, c, d, g, n);
  else if (arrays == 2) pass<2>(a, b, c, d, g, n);
  else if (arrays == 3) pass<3>(a, b, c, d, g, n);
  else pass<4>(a, b, c, d, g, n);
}
