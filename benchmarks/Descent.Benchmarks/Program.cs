using BenchmarkDotNet.Running;
using Descent.Benchmarks;

// `peer [NAME ...]`: the work of peers/torch_peer.py, in the same form, for ratios in one run. Anything else: BenchmarkDotNet.
if (args is ["peer", .. var names]) PeerWork.Run(names);
else BenchmarkSwitcher.FromAssembly(typeof(PeerWork).Assembly).Run(args);
