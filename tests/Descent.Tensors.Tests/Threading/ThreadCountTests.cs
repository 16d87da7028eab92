namespace Descent.Tests.Threading;

/// <summary>Tests that change the number of threads of the process run one after the other, and with no other tests.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ThreadCountTests
{
    public const string Name = "Thread count";
}
