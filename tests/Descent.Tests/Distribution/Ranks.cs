using System.Runtime.ExceptionServices;
using Descent.Distribution;

namespace Descent.Tests.Distribution;

/// <summary>Runs something on several ranks, which are threads.</summary>
internal static class Ranks
{
    /// <summary>Runs it, and gives the results in the order of the ranks.</summary>
    public static T[] Run<T>(int count, Func<Communicator, T> work)
    {
        var communicators = Communicator.Local(count);
        var results = new T[count];
        var failures = new Exception?[count];
        var threads = new Thread[count];
        for (var i = 0; i < count; i++)
        {
            var rank = i;
            threads[i] = new Thread(() =>
            {
                using var communicator = communicators[rank];
                try
                {
                    results[rank] = work(communicator);
                }
                catch (Exception exception)
                {
                    failures[rank] = exception;
                }
            });
            threads[i].Start();
        }

        foreach (var thread in threads) thread.Join();

        // That a rank has left is what the others find: why it did comes first.
        var failure = failures.FirstOrDefault(f => f is not null and not CommunicationException) ?? failures.FirstOrDefault(f => f is not null);
        if (failure is not null) ExceptionDispatchInfo.Throw(failure);
        return results;
    }

    /// <summary>Trains on some ranks, all of which must come to the same.</summary>
    public static Problem.Outcome On(this Problem problem, int ranks)
    {
        RandomSeed.Set(7);
        var outcomes = Run(ranks, problem.On);
        foreach (var outcome in outcomes)
        {
            Assert.Equal(outcomes[0].Weights, outcome.Weights);
            Assert.Equal(outcomes[0].History, outcome.History);
            Assert.Equal(outcomes[0].Loss, outcome.Loss);
        }

        return outcomes[0];
    }

    /// <summary>The exceptions that it ends with on each rank.</summary>
    public static Exception?[] Failures(int count, Action<Communicator> work) => Run(count, communicator => Record.Exception(() => work(communicator)));
}
