using System.Globalization;
using BenchmarkDotNet.Running;
using Descent.Benchmarks;

// `peer [NAME ...]`: the work of peers/torch_peer.py, in the same form.
// `native [NAME ...]`: the work beside C++ loops and OpenBLAS on the same arrays.
// `elementwise [NAME ...]`: single operations beside hand-written loops and bare passes over the same bytes.
// `memory SIZES BATCH`: one training, and the memory that it took at most.
// `files FOLDER`: saving and loading 400 MB of weights there beside a plain copy of the file, and the memory that it took at most.
// `live [page] [meter] [spans]`: a training step that is watched beside one that is not.
// `mpi [LARGEST]`: all-reduces between the ranks that mpirun started, of so many elements at most.
// `ranks MODEL ROWS ROUNDS [machine] [plain] [sharded]`: training steps of the ranks that mpirun started, ROWS on each.
// ROUNDS 0: the memory alone.
// NAME: a part of a work's name, which begins with ^ and ends with $; `--list` alone prints the names.
// Anything else: BenchmarkDotNet.
if (args is ["peer", .. var names]) PeerWork.Run(names);
else if (args is ["native", .. var works]) NativeWork.Run(works);
else if (args is ["elementwise", .. var operations]) ElementwiseWork.Run(operations);
else if (args is ["memory", var sizes, var batch]) MemoryWork.Run(sizes, int.Parse(batch, CultureInfo.InvariantCulture));
else if (args is ["files", var folder, .. var only]) FileWork.Run(folder, only);
else if (args is ["live", .. var watchers]) LiveWork.Run(watchers);
else if (args is ["mpi"]) MpiWork.Run();
else if (args is ["mpi", var largest]) MpiWork.Run(int.Parse(largest, CultureInfo.InvariantCulture));
else if (args is ["ranks", var network, var rows, var rounds, .. var groups]) RanksWork.Run(network, int.Parse(rows, CultureInfo.InvariantCulture), int.Parse(rounds, CultureInfo.InvariantCulture), groups);
else BenchmarkSwitcher.FromAssembly(typeof(PeerWork).Assembly).Run(args);
