namespace Descent.Charts;

/// <summary>Places boxes in rows, each below those that it depends on, and leads edges between the boxes, never through them.</summary>
/// <remarks>
/// As Sugiyama does: rows by the longest way from a source; an edge over several rows gets an invisible box of its own in each row between, so that
/// there is room for it; rows are put into an order with few crossings, each box at the mean of its neighbours above, then below; then boxes are
/// moved within their order to where their edges are straight.
/// </remarks>
/// <seealso href="https://doi.org/10.1109/TSMC.1981.4308636"/>
internal sealed class LayeredLayout
{
    private const double BoxGap = 28, RowGap = 40, PassageWidth = 8;
    private const int OrderSweeps = 12, PlaceSweeps = 61; // the last one goes down

    private readonly List<Item> _items = [];
    private readonly List<List<Item>> _rows = [];
    private readonly List<Item[]> _routes = [];

    /// <param name="sizes">The sizes of the boxes, each after those that it depends on.</param>
    /// <param name="edges">Which box depends on which.</param>
    /// <param name="isColumn">Whether the boxes stand one below the other, whatever the edges.</param>
    public LayeredLayout(IReadOnlyList<(double Width, double Height)> sizes, IReadOnlyList<(int From, int To)> edges, bool isColumn = false)
    {
        foreach (var (width, height) in sizes) _items.Add(new Item(width, height));
        Rank(edges, isColumn);
        foreach (var item in _items) Row(item.Rank).Add(item);
        foreach (var (from, to) in edges) _routes.Add(Connect(_items[from], _items[to]));
        Order();
        PlaceAcross();
        PlaceDown();
    }

    public double Width { get; private set; }

    public double Height { get; private set; }

    /// <summary>The upper left corner of each box.</summary>
    public IReadOnlyList<(double X, double Y)> Boxes => [.. _items.Select(i => (i.X - i.Width / 2, i.Y))];

    /// <summary>
    /// The way of each edge: points between which it runs straight down (the first and second, the third and fourth, …) beside the boxes of a row, or bends
    /// (the second and third, …) between two rows.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<(double X, double Y)>> Edges => [.. _routes.Select(Route)];

    private void Rank(IReadOnlyList<(int From, int To)> edges, bool isColumn)
    {
        var before = edges.ToLookup(e => e.To, e => e.From);
        var after = edges.ToLookup(e => e.From, e => e.To);
        for (var i = 0; i < _items.Count; i++) _items[i].Rank = isColumn ? i : before[i].Select(b => _items[b].Rank + 1).DefaultIfEmpty(0).Max();

        // What reads nothing stands near its readers.
        for (var i = 0; i < _items.Count && !isColumn; i++)
            if (!before[i].Any() && after[i].Any()) _items[i].Rank = after[i].Min(a => _items[a].Rank) - 1;
    }

    private Item[] Connect(Item from, Item to)
    {
        List<Item> way = [from];
        for (var rank = from.Rank + 1; rank < to.Rank; rank++)
        {
            var passage = new Item(PassageWidth, 0) { Rank = rank };
            Row(rank).Add(passage);
            way.Add(passage);
        }

        way.Add(to);
        foreach (var (above, below) in way.Zip(way.Skip(1)))
        {
            above.Below.Add(below);
            below.Above.Add(above);
        }

        return [.. way];
    }

    private void Order()
    {
        Number();
        var (best, least) = (_rows.ConvertAll(r => r.ToArray()), Crossings());
        for (var sweep = 0; sweep < OrderSweeps && least > 0; sweep++)
        {
            var isDown = sweep % 2 == 0;
            foreach (var row in isDown ? _rows : Enumerable.Reverse(_rows))
            {
                Item[] sorted = [.. row.OrderBy(i => (isDown ? i.Above : i.Below).Select(n => (double)n.Index).DefaultIfEmpty(i.Index).Average())];
                row.Clear();
                row.AddRange(sorted);
                Number();
            }

            if (Crossings() is var count && count < least) (best, least) = (_rows.ConvertAll(r => r.ToArray()), count);
        }

        foreach (var (row, order) in _rows.Zip(best))
        {
            row.Clear();
            row.AddRange(order);
        }

        Number();
    }

    private void Number()
    {
        foreach (var row in _rows)
            for (var i = 0; i < row.Count; i++) row[i].Index = i;
    }

    private int Crossings()
    {
        var count = 0;
        foreach (var row in _rows)
        {
            (int From, int To)[] edges = [.. row.SelectMany(i => i.Below.Select(b => (i.Index, b.Index)))];
            for (var i = 0; i < edges.Length; i++)
                for (var j = i + 1; j < edges.Length; j++)
                    if ((edges[i].From - edges[j].From) * (edges[i].To - edges[j].To) < 0) count++;
        }

        return count;
    }

    private void PlaceAcross()
    {
        foreach (var row in _rows) Move(row, i => 0);
        for (var sweep = 0; sweep < PlaceSweeps; sweep++)
        {
            var isDown = sweep % 2 == 0;
            foreach (var row in isDown ? _rows : Enumerable.Reverse(_rows))
                Move(row, i => Wish(i, isDown));
        }

        if (_items.Count == 0) return;
        var all = _rows.SelectMany(r => r).ToArray();
        var left = all.Min(i => i.X - i.Width / 2);
        foreach (var item in all) item.X -= left;
        Width = all.Max(i => i.X + i.Width / 2);
    }

    // Where the edges of one side would be straight.
    private static double Wish(Item item, bool isDown)
    {
        var near = isDown ? item.Above : item.Below;
        return near.Select(n => n.X).DefaultIfEmpty(item.X).Average();
    }

    private static void Move(List<Item> row, Func<Item, double> wish)
    {
        var places = Spacing.Solve([.. row.Select(wish)], [.. row.Zip(row.Skip(1), (a, b) => (a.Width + b.Width) / 2 + BoxGap)]);
        for (var i = 0; i < places.Length; i++) row[i].X = places[i];
    }

    private void PlaceDown()
    {
        foreach (var row in _rows)
        {
            var height = row.Max(i => i.Height);
            foreach (var item in row) (item.Y, item.RowTop, item.RowHeight) = (Height + (height - item.Height) / 2, Height, height);
            Height += height + RowGap;
        }

        Height = Math.Max(0, Height - RowGap);
    }

    private static List<(double X, double Y)> Route(Item[] way)
    {
        List<(double X, double Y)> points = [];
        foreach (var item in way)
        {
            var (first, last) = (item == way[0], item == way[^1]);
            points.Add((item.X, first ? item.Y + item.Height : item.RowTop));
            points.Add((item.X, last ? item.Y : item.RowTop + item.RowHeight));
        }

        return points;
    }

    private List<Item> Row(int rank)
    {
        while (_rows.Count <= rank) _rows.Add([]);
        return _rows[rank];
    }

    /// <summary>A box, or room for an edge that passes.</summary>
    private sealed class Item(double width, double height)
    {
        public double Width => width;

        public double Height => height;

        public int Rank { get; set; }

        public int Index { get; set; }

        public double X { get; set; }

        public double Y { get; set; }

        public double RowTop { get; set; }

        public double RowHeight { get; set; }

        public List<Item> Above { get; } = [];

        public List<Item> Below { get; } = [];
    }
}
