using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Descent;
using Descent.Callbacks;
using Descent.Training.Process;

// Trains one of the scenarios in a folder, going on where the process before it was killed, and leaves all that came of it in a file.
var (scenario, folder) = (Scenario.All[args[0]], args[1]);
Directory.CreateDirectory(folder);
RandomSeed.Set(7);
var model = scenario.MakeModel();
var counter = new StepCounter();
var backup = new BackupAndRestore(Path.Combine(folder, "backup")) { SaveFreq = scenario.SaveFreq, DeleteCheckpoint = false };
// The backup stands first: it sees to it itself that it saves what the others did.
var history = scenario.Fit(model, [backup, counter, new CSVLogger(Path.Combine(folder, "log.csv")), .. scenario.MakeCallbacks(folder)]);

var result = new StringBuilder().AppendLine(CultureInfo.InvariantCulture, $"steps {counter.Steps}, seed {history.Seed}, epochs {string.Join(" ", history.Epoch)}");
foreach (var (name, values) in history.Metrics)
    result.AppendLine(CultureInfo.InvariantCulture, $"{name} {string.Join(" ", values.Select(v => BitConverter.DoubleToInt64Bits(v).ToString("x16", CultureInfo.InvariantCulture)))}");
foreach (var variable in model.Weights.Concat(model.Optimizer!.Variables))
    result.AppendLine(CultureInfo.InvariantCulture, $"{variable.Path} {Convert.ToHexString(SHA256.HashData(Bytes(variable)))}");
foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
    result.AppendLine(CultureInfo.InvariantCulture, $"{Path.GetFileName(file)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}");

// Whole or not at all, as the test may kill this process here, too.
var target = Path.Combine(folder, "result", "result.txt");
Directory.CreateDirectory(Path.GetDirectoryName(target)!);
File.WriteAllText(target + ".part", result.ToString());
File.Move(target + ".part", target, overwrite: true);
backup.Delete();

static ReadOnlySpan<byte> Bytes(Variable variable) => variable.DType == DType.Int32
    ? MemoryMarshal.AsBytes(variable.Value.AsInt32Span())
    : MemoryMarshal.AsBytes(variable.Value.AsSpan());
