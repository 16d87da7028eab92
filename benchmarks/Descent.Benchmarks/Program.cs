using BenchmarkDotNet.Running;
using Descent.Benchmarks;

// `peer [NAME ...]`: the work of peers/torch_peer.py, in the same form.
// `native [NAME ...]`: the work beside C++ loops and OpenBLAS on the same arrays.
// Anything else: BenchmarkDotNet.
if (args is ["peer", .. var names]) PeerWork.Run(names);
else if (args is ["native", .. var works]) NativeWork.Run(works);
else BenchmarkSwitcher.FromAssembly(typeof(PeerWork).Assembly).Run(args);
