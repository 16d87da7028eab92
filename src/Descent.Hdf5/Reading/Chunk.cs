namespace Descent.Hdf5.Reading;

/// <summary>A chunk of a dataset, as its index states it.</summary>
/// <param name="Address">Where it is stored.</param>
/// <param name="StoredBytes">How many bytes are stored.</param>
/// <param name="SkippedFilters">A bit for each filter that was not applied to it.</param>
/// <param name="Start">Its first element, by dimension.</param>
internal readonly record struct Chunk(long Address, long StoredBytes, uint SkippedFilters, long[] Start);
