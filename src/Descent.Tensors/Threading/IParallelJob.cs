namespace Descent.Threading;

/// <summary>
/// Work cut into chunks that may run in any order and on any thread.
/// Each participating thread runs its own copy of the struct, so fields must not carry results.
/// </summary>
internal interface IParallelJob
{
    /// <summary>Does the part of the work that <paramref name="chunk"/> names.</summary>
    void Run(int chunk);
}
