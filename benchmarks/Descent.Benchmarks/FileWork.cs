using System.Diagnostics;
using System.Globalization;
using Descent.Layers;

namespace Descent.Benchmarks;

/// <summary>Saves and loads the weights of a large model beside plain copies of the same file, each work in a process of its own, whose largest memory is that of the work.</summary>
internal static class FileWork
{
    private const int Layers = 4;
    private const int Width = 5000;
    private const double Bytes = sizeof(float) * (double)Layers * (Width + 1) * Width;
    private const int Rounds = 3;

    private static readonly string[] Works =
        ["save .keras", "load .keras", "weights .keras", "save .h5", "load .h5", "save .weights.h5", "weights .weights.h5", "save .safetensors", "weights .safetensors", "save .npz", "weights .npz"];

    /// <summary>Runs all works, or one.</summary>
    /// <param name="folder">Where the files are; with <c>/dev/shm</c> no disk takes part.</param>
    /// <param name="only">The work that this process is for; none: all, in other processes.</param>
    public static void Run(string folder, string[] only)
    {
        if (only is [var one])
        {
            Run(one.Split(' ')[0], Path.Combine(folder, $"descent-{Environment.ProcessId}{one.Split(' ')[1]}"), one);
            return;
        }

        foreach (var work in Works)
        {
            // `dotnet run` starts an executable, `dotnet FILE.dll` the runtime.
            string[] prefix = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(FileWork).Assembly.Location] : [];
            using var process = Process.Start(Environment.ProcessPath!, [.. prefix, "files", folder, work]);
            process.WaitForExit();
        }
    }

    private static void Run(string verb, string path, string work)
    {
        var (target, copy) = (Path.Combine(Path.GetDirectoryName(path)!, "target-" + Path.GetFileName(path)), path + ".copy");
        try
        {
            // What the runtime itself takes is not the work's: a small model brings all of it.
            var small = Make(8);
            Save(small, path);
            Repeat(verb, small, path, target);
            var bare = Memory.Now;

            var model = Make(Width);
            Save(model, path);
            if (verb == "load") model = null;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            Memory.ForgetPeak();
            var (ours, plain) = (Repeat(verb, model, path, target), double.PositiveInfinity);
            var peak = Memory.Peak;
            for (var i = 0; i < Rounds; i++)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                plain = Math.Min(plain, Time(() => Copy(path, copy, toDisk: verb == "save")));
                File.Delete(copy);
                ours = Math.Min(ours, Repeat(verb, model, path, target));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $$"""{"work": "{{work}}", "unit": "s", "Descent": {{ours:F3}}, "copy": {{plain:F3}}, "copy / Descent": {{plain / ours:F2}}, "peak memory / weights": {{(peak - bare) / Bytes:F2}}}"""));
        }
        finally
        {
            foreach (var file in new[] { path, target, copy }) File.Delete(file);
        }
    }

    private static Sequential Make(int width) =>
        new([new InputLayer([width]), .. Enumerable.Range(0, Layers).Select(_ => new Dense(width))]);

    // Saved files are deleted, so that each is new, as the copy is.
    private static double Repeat(string verb, Model? model, string path, string target)
    {
        var seconds = Time(() =>
        {
            if (verb == "save") Save(model!, target);
            else if (verb == "load") _ = Model.Load(path);
            else model!.LoadWeights(path);
        });
        File.Delete(target);
        return seconds;
    }

    private static void Save(Model model, string path)
    {
        if (path.EndsWith(".keras", StringComparison.Ordinal) || path.EndsWith(".h5", StringComparison.Ordinal) && !path.EndsWith(".weights.h5", StringComparison.Ordinal)) model.Save(path);
        else model.SaveWeights(path);
    }

    // What is saved is on the disk when it is done.
    private static void Copy(string from, string to, bool toDisk)
    {
        File.Copy(from, to);
        if (!toDisk) return;
        using var file = File.OpenWrite(to);
        file.Flush(flushToDisk: true);
    }

    private static double Time(Action work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
