using System.Text;

namespace Descent.Data;

/// <summary>Numbers for the characters of a text, for models that read and write it character by character.</summary>
/// <example><code>
/// var text = TextFile.Read("shakespeare.txt");
/// var vocabulary = CharacterVocabulary.Of(text);
/// var batches = Batches.NextTokens(vocabulary.Encode(text), sequenceLength: 64, shuffle: true);
/// </code></example>
public sealed class CharacterVocabulary
{
    private readonly Rune[] _characters;
    private readonly Dictionary<Rune, int> _tokens = [];

    private CharacterVocabulary(Rune[] characters)
    {
        _characters = characters;
        for (var i = 0; i < characters.Length; i++) _tokens.Add(characters[i], i);
    }

    /// <summary>Gets the number of characters.</summary>
    public int Size => _characters.Length;

    /// <summary>Gets the characters in the order of their numbers, that of Unicode.</summary>
    public string Characters => string.Concat(_characters);

    /// <summary>Makes the vocabulary of all characters of a text.</summary>
    /// <param name="text">The text, or only its <see cref="Characters"/>.</param>
    public static CharacterVocabulary Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new CharacterVocabulary([.. text.EnumerateRunes().ToHashSet().Order()]);
    }

    /// <summary>Gives each character its number.</summary>
    /// <param name="text">A text of characters that the vocabulary has.</param>
    /// <returns>Numbers in [0, <see cref="Size"/>), one per character.</returns>
    /// <exception cref="ArgumentException">The vocabulary lacks a character of the text.</exception>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tokens = new List<int>(text.Length);
        foreach (var character in text.EnumerateRunes())
        {
            tokens.Add(_tokens.TryGetValue(character, out var token) ? token : throw new ArgumentException(
                $"A text must have no characters but the {Size} of the vocabulary. Received: '{character}' (U+{character.Value:X4}) as character {tokens.Count}, counted from 0.", nameof(text)));
        }

        return [.. tokens];
    }

    /// <summary>Turns numbers back into text.</summary>
    /// <param name="tokens">Numbers in [0, <see cref="Size"/>).</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of that range.</exception>
    public string Decode(params ReadOnlySpan<int> tokens)
    {
        var text = new StringBuilder();
        foreach (var token in tokens)
        {
            if ((uint)token >= (uint)Size) throw Check.OutOfRange(nameof(tokens), $"in [0, {Size})", token);
            text.Append(_characters[token].ToString());
        }

        return text.ToString();
    }
}
