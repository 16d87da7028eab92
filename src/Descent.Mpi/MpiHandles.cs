using System.Runtime.InteropServices;

namespace Descent.Mpi;

/// <summary>The constants of an MPI library: the standard has named them since its first version, but given them values only in its fifth.</summary>
internal sealed unsafe class MpiHandles
{
    /// <summary>The values of MPI 5's standard ABI, which libmpi_abi has, whoever made it.</summary>
    public static readonly MpiHandles Standard = new()
    {
        World = 0x101,
        Sum = 0x21,
        ErrorsReturn = 0x143,
        Byte = 0x247,
        Int32 = 0x250,
        Int64 = 0x258,
        Float = 0x210,
        Double = 0x214,
        InPlace = (void*)1,
        StatusIgnore = null,
        Serialized = 2048,
    };

    /// <summary>The values of MPICH and its descendants (Intel MPI, MVAPICH, Cray MPICH), which share an ABI.</summary>
    public static readonly MpiHandles Mpich = new()
    {
        World = 0x44000000,
        Sum = 0x58000003,
        ErrorsReturn = 0x54000001,
        Byte = 0x4c00010d,
        Int32 = 0x4c000439,
        Int64 = 0x4c00083a,
        Float = 0x4c00040a,
        Double = 0x4c00080b,
        InPlace = (void*)-1,
        StatusIgnore = (void*)1,
        Serialized = 2,
    };

    public required nint World { get; init; }

    public required nint Sum { get; init; }

    public required nint ErrorsReturn { get; init; }

    public required nint Byte { get; init; }

    public required nint Int32 { get; init; }

    public required nint Int64 { get; init; }

    public required nint Float { get; init; }

    public required nint Double { get; init; }

    /// <summary>Given as the source of an operation that works in place.</summary>
    public required void* InPlace { get; init; }

    public required void* StatusIgnore { get; init; }

    /// <summary>The level of threads at which one thread at a time may call.</summary>
    public required int Serialized { get; init; }

    /// <summary>The values of Open MPI: addresses of what its library exports.</summary>
    public static MpiHandles OpenMpi(nint library)
    {
        return new()
        {
            World = Address("ompi_mpi_comm_world"),
            Sum = Address("ompi_mpi_op_sum"),
            ErrorsReturn = Address("ompi_mpi_errors_return"),
            Byte = Address("ompi_mpi_byte"),
            Int32 = Address("ompi_mpi_int32_t"),
            Int64 = Address("ompi_mpi_int64_t"),
            Float = Address("ompi_mpi_float"),
            Double = Address("ompi_mpi_double"),
            InPlace = (void*)1,
            StatusIgnore = null,
            Serialized = 2,
        };

        nint Address(string name) => NativeLibrary.GetExport(library, name);
    }

    /// <summary>The type of elements that ranks exchange.</summary>
    public nint TypeOf<T>()
        where T : unmanaged =>
        typeof(T) == typeof(float) ? Float
        : typeof(T) == typeof(double) ? Double
        : typeof(T) == typeof(int) ? Int32
        : typeof(T) == typeof(long) ? Int64
        : Byte;
}
