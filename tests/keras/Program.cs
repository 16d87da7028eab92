using System.Text.Json.Nodes;
using Descent.KerasCheck;

// The half of check.py that runs Descent. See there.
if (args is not [var verb, .. var files] || !Verbs.Table.TryGetValue(verb, out var run) || files.Length == 0)
{
    Console.Error.WriteLine($"Usage: {string.Join(" | ", Verbs.Table.Keys)} [input] output");
    return 1;
}

var input = files.Length > 1 ? JsonNode.Parse(File.ReadAllText(files[0]))!.AsArray() : [];
File.WriteAllText(files[^1], new JsonArray([.. run(input)]).ToJsonString());
return 0;
