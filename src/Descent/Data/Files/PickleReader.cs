using System.Text;

namespace Descent.Data;

/// <summary>
/// Reads the subset of Python's pickle format that lists, dictionaries, texts, whole numbers and NumPy arrays need. Nothing is ever
/// executed: of the names that a pickle can call it knows the three behind NumPy's arrays, and any other is refused.
/// </summary>
/// <remarks>
/// Values become <c>long</c>, <c>bool</c>, <c>string</c>, <c>byte[]</c> (bytes, and texts of Python 2), <c>List&lt;object?&gt;</c> (lists
/// and tuples), <c>Dictionary&lt;string, object?&gt;</c> and <see cref="PickledArray"/>.
/// </remarks>
internal sealed class PickleReader(ByteSource source)
{
    private const string What = "A pickle";
    private const int MaxNameLength = 100;

    private static readonly Name NDArray = new("numpy", "ndarray");
    private static readonly Name DTypeName = new("numpy", "dtype");
    private static readonly Name[] Reconstruct = [new("numpy.core.multiarray", "_reconstruct"), new("numpy._core.multiarray", "_reconstruct")];

    // Most numbers are small and come often: labels, and words by how common they are.
    private static readonly object?[] Boxes = new object?[1 << 16];

    private readonly Stack<List<object?>> _outer = [];
    private readonly Dictionary<uint, object?> _memo = [];
    private List<object?> _stack = [];

    private sealed record Name(string Module, string Member);

    /// <summary>Reads one value.</summary>
    /// <exception cref="InvalidDataException">The pickle is broken, or holds what is not in the subset.</exception>
    public object? Read()
    {
        if (source.ReadByte(What) != 0x80 || source.ReadByte(What) is < 2 or > 5)
            throw Refuse("another beginning, that of no protocol from 2 to 5,");
        while (true)
        {
            var code = source.ReadByte(What);
            if (code == '.') return Pop();
            Execute((char)code);
        }
    }

    private void Execute(char code)
    {
        switch (code)
        {
            case '\x95': Number(8); break; // the length of a frame
            case 'N': _stack.Add(null); break;
            case '\x88': _stack.Add(true); break;
            case '\x89': _stack.Add(false); break;
            case 'K': _stack.Add(Box(Number(1))); break;
            case 'M': _stack.Add(Box(Number(2))); break;
            case 'J': _stack.Add((long)(int)Number(4)); break;
            case '\x8A': _stack.Add(LongNumber()); break;
            case 'U' or 'C': _stack.Add(Bytes(Number(1))); break;
            case 'T' or 'B': _stack.Add(Bytes(Number(4))); break;
            case '\x8E': _stack.Add(Bytes(Number(8))); break;
            case '\x8C': _stack.Add(Encoding.UTF8.GetString(Bytes(Number(1)))); break;
            case 'X': _stack.Add(Encoding.UTF8.GetString(Bytes(Number(4)))); break;
            case ']' or ')': _stack.Add(new List<object?>()); break;
            case '}': _stack.Add(new Dictionary<string, object?>(StringComparer.Ordinal)); break;
            case '(': Open(); break;
            case 't': AddTuple(Close()); break;
            case '\x85' or '\x86' or '\x87': AddTuple(PopLast(code - '\x84')); break;
            case 'a': Append(PopLast(1)); break;
            case 'e': Append(Close()); break;
            case 's': SetItems(PopLast(2)); break;
            case 'u': SetItems(Close()); break;
            case 'q': _memo[(uint)Number(1)] = Top<object>(); break;
            case 'r': _memo[(uint)Number(4)] = Top<object>(); break;
            case '\x94': _memo[(uint)_memo.Count] = Top<object>(); break;
            case 'h': _stack.Add(Recall((uint)Number(1))); break;
            case 'j': _stack.Add(Recall((uint)Number(4))); break;
            case 'c': _stack.Add(Known(new Name(Line(), Line()))); break;
            case '\x93': AddNamed(PopLast(2)); break;
            case 'R': Call(PopLast(2)); break;
            case 'b': SetState(PopLast(1)[0]); break;
            default: throw Refuse($"the instruction 0x{(int)code:x2}");
        }
    }

    private void Open()
    {
        _outer.Push(_stack);
        _stack = [];
    }

    private List<object?> Close()
    {
        var items = _stack;
        if (!_outer.TryPop(out var outer)) throw Refuse("the end of a list that never began");
        _stack = outer;
        return items;
    }

    private void AddTuple(List<object?> items) => _stack.Add(items);

    private void Append(List<object?> items) => Top<List<object?>>().AddRange(items);

    private void SetItems(List<object?> items)
    {
        var target = Top<Dictionary<string, object?>>();
        if (items.Count % 2 != 0) throw Refuse("a key without a value");
        for (var i = 0; i < items.Count; i += 2) target[Text(items[i])] = items[i + 1];
    }

    private void AddNamed(List<object?> parts) => _stack.Add(Known(new Name(Text(parts[0]), Text(parts[1]))));

    private Name Known(Name name) => name == NDArray || name == DTypeName || Reconstruct.Contains(name)
        ? name
        : throw Refuse($"a call of {name.Module}.{name.Member}, which is never executed,");

    private void Call(List<object?> call) => _stack.Add(call switch
    {
        [Name name, List<object?> arguments] when Reconstruct.Contains(name) && arguments is [Name kind, ..] && kind == NDArray => new PickledArray(),
        [Name name, List<object?> arguments] when name == DTypeName && arguments is [string or byte[], ..] => new PickledType(Text(arguments[0])),
        _ => throw Refuse("a call that makes no NumPy array"),
    });

    private void SetState(object? state)
    {
        switch (Top<object>(), state)
        {
            case (PickledArray array, List<object?> and [long, List<object?> shape, PickledType type, bool fortranOrder, var elements]):
                array.Dimensions = [.. shape.Select(size => size is long dimension ? dimension : throw Refuse("a shape that is not of whole numbers"))];
                (array.Type, array.FortranOrder, array.Elements) = (type, fortranOrder, elements);
                break;
            case (PickledType, List<object?> and [long, string or byte[], ..]):
                break; // the order of bytes, which bytes and objects do not have
            default:
                throw Refuse("the state of something that is no NumPy array");
        }
    }

    private T Top<T>()
        where T : class =>
        _stack is [.., T top] ? top : throw Refuse("instructions that do not fit together");

    private object? Pop() => PopLast(1)[0];

    private List<object?> PopLast(int count)
    {
        if (_stack.Count < count) throw Refuse("instructions that do not fit together");
        var items = _stack.GetRange(_stack.Count - count, count);
        _stack.RemoveRange(_stack.Count - count, count);
        return items;
    }

    private object? Recall(uint place) => _memo.TryGetValue(place, out var value) ? value : throw Refuse("a reference to what does not stand before it");

    private static object Box(ulong value) => Boxes[value] ??= (long)value;

    private ulong Number(int size)
    {
        ulong number = 0;
        for (var i = 0; i < size; i++) number |= (ulong)source.ReadByte(What) << (8 * i);
        return number;
    }

    private long LongNumber()
    {
        var size = (int)Number(1);
        if (size > sizeof(long)) throw Refuse($"a whole number of {size} bytes");
        if (size == 0) return 0;
        var unused = 8 * (sizeof(long) - size);
        return (long)Number(size) << unused >> unused;
    }

    private byte[] Bytes(ulong count) => source.ReadBytes((long)Math.Min(count, long.MaxValue), What);

    private string Text(object? value) => value switch
    {
        string text => text,
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        _ => throw Refuse("something else where a text must stand"),
    };

    private string Line()
    {
        var line = new StringBuilder();
        for (var sign = source.ReadByte(What); sign != '\n'; sign = source.ReadByte(What))
        {
            if (line.Length == MaxNameLength) throw Refuse("a name that does not end");
            line.Append((char)sign);
        }

        return line.ToString();
    }

    private InvalidDataException Refuse(string received) =>
        source.Refuse("A pickle must hold nothing but lists, dictionaries, texts, whole numbers and NumPy arrays", received);
}
