using Descent;
using Descent.Layers;

namespace CharacterTransformer;

/// <summary>Adds to the vector of each token that of its place.</summary>
internal sealed class TokenAndPositionEmbedding : Layer
{
    private readonly Embedding _tokens, _positions;

    public TokenAndPositionEmbedding(int maxLength, int vocabularySize, int embedDim)
    {
        _tokens = Track(new Embedding(vocabularySize, embedDim));
        _positions = Track(new Embedding(maxLength, embedDim));
    }

    public override Tensor Call(Tensor x, bool training = false) => _tokens.Apply(x) + _positions.Apply(Ops.Arange(x.Shape[1]));
}
