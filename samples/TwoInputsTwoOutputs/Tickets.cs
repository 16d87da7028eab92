namespace TwoInputsTwoOutputs;

/// <summary>Made-up tickets of a help desk: a title and tags, and who should answer, and whether at once.</summary>
/// <param name="Titles">Such as <c>"printer fails again not urgent"</c>.</param>
/// <param name="TagsOf">1 for each of the <see cref="Tags"/> that a ticket has.</param>
/// <param name="IsUrgent">1 if it is: the title says so, or there is an outage.</param>
/// <param name="DepartmentOf">Numbers of <see cref="Departments"/>: where the thing in the title belongs to, or the tag, as some titles name none.</param>
internal sealed record Tickets(string[] Titles, float[,] TagsOf, float[] IsUrgent, int[] DepartmentOf)
{
    public static readonly string[] Departments = ["billing", "devices", "programs"];
    public static readonly string[] Tags = ["money", "machine", "software", "outage"];

    private static readonly string[][] Things = [["invoice", "payment", "refund"], ["printer", "screen", "keyboard"], ["login", "update", "editor"]];
    private static readonly string[] Troubles = ["fails", "is missing", "is wrong", "is slow"];
    private static readonly (string Words, bool IsUrgent)[] Endings = [("", false), ("again", false), ("not urgent", false), ("urgent", true), ("need help now", true), ("help not needed now", false)];

    public string NameTags(int ticket) => string.Join(", ", Tags.Where((_, tag) => TagsOf[ticket, tag] == 1));

    public static Tickets Generate(int count, int seed)
    {
        var random = new Random(seed);
        var tickets = new Tickets(new string[count], new float[count, Tags.Length], new float[count], new int[count]);
        for (var i = 0; i < count; i++)
        {
            var department = tickets.DepartmentOf[i] = random.Next(Departments.Length);
            var isVague = random.Next(3) == 0;
            var thing = isVague ? "it" : Things[department][random.Next(3)];
            var (words, isUrgent) = Endings[random.Next(Endings.Length)];
            tickets.Titles[i] = $"{thing} {Troubles[random.Next(Troubles.Length)]} {words}".TrimEnd();
            if (isVague || random.Next(2) == 0) tickets.TagsOf[i, department] = 1;
            if (random.Next(8) == 0) tickets.TagsOf[i, Tags.Length - 1] = 1;
            tickets.IsUrgent[i] = isUrgent || tickets.TagsOf[i, Tags.Length - 1] == 1 ? 1 : 0;
        }

        return tickets;
    }
}
