using System.Text;
using Descent.Data;
using Descent.Tests.Distribution;

namespace Descent.Tests.Data;

public class CsvRowsTests
{
    [Theory]
    [InlineData("a,b,c\n1,2,3\n4,5,6\n7,8,9\n")]
    [InlineData("1,2,3\n4,5,6\n7,8,9")]
    [InlineData("\uFEFFa;b;c\r\n1;2;3\r\n\r\n4;5;6\r\n7;8;9\r\n\r\n")]
    [InlineData("a\tb\tc\r1\t2\t3\r4\t5\t6\r7\t8\t9\r")]
    [InlineData("\n a , \"b\" ,c\n  \n1, 2 ,\"3\"\n\"4\",5,6e0\n7.0,+8,9")]
    [InlineData("sep=|\na|b|c\n1|2|3\n4|5|6\n7|8|9\n")]
    [InlineData("\"a\nb\",\"say \"\"b\"\"\",c\n1,2,3\n\"4\",5,\"6\"\n7,8,9\n")]
    public void Read_AnyLayout_GivesTheNumbersOfTheTable(string text)
    {
        using var file = new TemporaryCsv(text);
        var table = CsvTable.Read(file.Path);
        var rows = CsvRows.Open(file.Path);
        Assert.Equal(3, rows.Count);
        Assert.Equal(table.Columns.Select(c => c.Name), rows.FeatureNames);
        Assert.Equal(table.ToArray(), Array(rows.Read(0, 1, 2).X));
        Assert.Equal([7, 8, 9, 1, 2, 3, 7, 8, 9, 4, 5, 6], rows.Read(2, 0, 2, 1).X.ToArray());
        Assert.Empty(rows.Read(0).Targets);

        var paired = CsvRows.Open(file.Path, target: table.Columns[1].Name, without: [table.Columns[0].Name]).Read(2, 1);
        Assert.Equal([9, 6], paired.X.ToArray());
        Assert.Equal([8, 5], paired.Y.ToArray());
        Assert.Equal([2], paired.Y.Shape);
    }

    [Fact]
    public void Read_WithEncoderAndClasses_GivesWhatTheTableGives()
    {
        using var file = new TemporaryCsv("kind,size,colour,grade\nö,1,red,1.0\n\"say \"\"b\"\"\",4,blue,2\nö,2.5,\"red\",3.0\n\"two\nlines\",3,green,2.0\n");
        var table = CsvTable.Read(file.Path);
        var encoder = TableEncoder.Fit(CsvTable.Read(file.Path, maxRows: 3).Without("kind"));
        var rows = CsvRows.Open(file.Path, "kind", encoder, table["kind"].Categories);
        Assert.Equal(encoder.FeatureNames, rows.FeatureNames);
        var batch = rows.Read(0, 3, 1, 2);
        Assert.Equal(encoder.Transform(table, [0, 3, 1, 2]), Array(batch.X));
        Assert.Equal(new[] { 0, 3, 1, 2 }.Select(i => table["kind"].Codes()[i]), batch.Y.ToInt32Array());
        Assert.Equal(table["grade"].Codes(), CsvRows.Open(file.Path, "grade", encoder, table["grade"].Categories).Read(0, 1, 2, 3).Y.ToInt32Array());
    }

    [Fact]
    public void Open_OnRanks_FindsTheRowsOfOneProcessWhereverTheCutsFall()
    {
        const string Quoted = "x,\"1\n2\n\"\"\n\",\"\n\"\ny , \"\n\",3\n\n\"\"\"\",\"\n,\"\"\n\",5\r\nz,6\",7\n";
        for (var padding = 0; padding < 50; padding++)
        {
            using var file = new TemporaryCsv($"{new string('a', padding + 1)},b,c\n{Quoted}{Quoted}");
            AssertSameOnRanks(file.Path, hasHeader: true);
        }
    }

    [Fact]
    public void Open_AnyText_FindsTheRowsOfTheTable()
    {
        var random = new Random(1);
        var open = 0;
        for (var i = 0; i < 150; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 60)).Select(_ => "aa,\"\"\n\n\r \t"[random.Next(10)]));
            using var file = new TemporaryCsv("h,h\n" + text);
            var failure = Record.Exception(() => new CsvTableReader(file.Path).Read(hasHeader: false, names => [.. names.Select(_ => CsvReading.Raw)]));
            if (failure is { Message: var message } && message.StartsWith("A quoted field", StringComparison.Ordinal))
            {
                open++;
                Assert.All(Ranks.Failures(3, c => CsvRows.Open(file.Path, hasHeader: false, communicator: c)), f => Assert.Equal(message, Assert.IsType<InvalidDataException>(f).Message));
                continue;
            }

            AssertSameOnRanks(file.Path, hasHeader: false);
        }

        Assert.InRange(open, 20, 100);
    }

    [Fact]
    public void Open_DifferentFilesOnRanks_NamesTheRank()
    {
        using var file = new TemporaryCsv("a\n1\n");
        using var other = new TemporaryCsv("a\n2\n");
        var failures = Ranks.Failures(3, c => CsvRows.Open(c.Rank == 1 ? other.Path : file.Path, communicator: c));
        Assert.All(failures, f => Assert.Contains("rank 1 differs from rank 0 in its CSV file", Assert.IsAssignableFrom<InvalidOperationException>(f).Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("NA")]
    [InlineData("NaN")]
    [InlineData("inf")]
    [InlineData("1e39")]
    [InlineData("-Infinity")]
    public void Read_CellThatHoldsNoNumber_HasTheMessageOfTheTable(string cell)
    {
        using var file = new TemporaryCsv($"b,a\n0,1\n\"\n1\",2\r\n\n{cell},3\n4,5\n");
        var rows = CsvRows.Open(file.Path);
        Assert.Equal([4, 5], rows.Read(3).X.ToArray());
        var expected = Assert.Throws<InvalidDataException>(() => CsvTable.Read(file.Path)).Message;
        var message = Assert.Throws<InvalidDataException>(() => rows.Read(0, 2)).Message;
        Assert.Equal(expected[..expected.LastIndexOf("'.", StringComparison.Ordinal)], message[..message.LastIndexOf("'.", StringComparison.Ordinal)]);
    }

    [Fact]
    public void Read_RowThatIsWrong_NamesItsLineAndWhatToDo()
    {
        using var file = new TemporaryCsv("a,b,c\n1,red,x\n\n1,2\n1,2,\"x\ny\",4\n3,blue,?\n");
        var path = file.Path;
        Says($"Every cell of a numeric column must be a number. Received: 'red' in row 2, column 'b' of '{path}'. Correct it; a column of text needs an encoder, or classes if it is the target.", () => CsvRows.Open(path).Read(0));
        Says($"Every row must have 3 fields, as the first one has. Received: 2 in row 4 of '{path}'.", () => CsvRows.Open(path).Read(1));
        Says($"Every row must have 3 fields, as the first one has. Received: 4 in row 5 of '{path}'.", () => CsvRows.Open(path).Read(2));
        var encoder = new TableEncoder([new StandardizedColumn("a", 0, 1)]);
        Says($"The target must be one of 1 classes. Received: 'blue' in row 7, column 'b' of '{path}'. Correct it, or add it to the classes.", () => CsvRows.Open(path, "b", encoder, ["red"]).Read(0, 3));
        Says($"Every cell must hold a value. Received: '?' in row 7, column 'c' of '{path}'. Fill it in, or delete the row.", () => CsvRows.Open(path, "c", encoder, ["x"]).Read(0, 3));
    }

    [Fact]
    public void Open_WhatCannotBeRead_SaysWhy()
    {
        using var file = new TemporaryCsv("a,b\n1,2\n");
        Assert.Contains("Received: 'c'.", Assert.Throws<ArgumentException>(() => CsvRows.Open(file.Path, "c")).Message, StringComparison.Ordinal);
        Assert.Contains("Received: 'c'.", Assert.Throws<ArgumentException>(() => CsvRows.Open(file.Path, without: ["c"])).Message, StringComparison.Ordinal);
        Assert.Contains("At least one column", Assert.Throws<ArgumentException>(() => CsvRows.Open(file.Path, "a", without: ["b"])).Message, StringComparison.Ordinal);
        Assert.Contains("no target", Assert.Throws<ArgumentException>(() => CsvRows.Open(file.Path, classes: ["1"])).Message, StringComparison.Ordinal);
        Assert.Contains("'x' twice", Assert.Throws<ArgumentException>(() => CsvRows.Open(file.Path, "a", classes: ["x", "x"])).Message, StringComparison.Ordinal);
        Assert.Contains("Leave them out of the table", Assert.Throws<ArgumentException>(() => CsvRows.Open(file.Path, "a", new TableEncoder([new StandardizedColumn("b", 0, 1)]), without: ["b"])).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => CsvRows.Open(file.Path + "x"));

        Write([]);
        Says($"A table must have at least one row. Received: '{file.Path}', which is empty.", () => CsvRows.Open(file.Path));
        Write([.. "a,b\n"u8]);
        Says($"A table must have at least one row. Received: '{file.Path}', which has a header and nothing below it.", () => CsvRows.Open(file.Path));
        Write([.. "a,a\n1,2\n"u8]);
        Says("Column names must be distinct. Received: 'a' for columns 1 and 2 in row 1", () => CsvRows.Open(file.Path));
        Write([.. "a,\"b\n1,2\n"u8]);
        Says("A quoted field must end with a quote. Received: a quote that is never closed in the record that starts in row 1", () => CsvRows.Open(file.Path));
        Write([.. "a,b\n1,2\n1,\"2\n3,4"u8]);
        Says("A quoted field must end with a quote. Received: a quote that is never closed in the record that starts in row 3", () => CsvRows.Open(file.Path));
        Write(IdxTests.Zipped([.. "a,b\n1,2\n"u8]));
        Says("A file must be text in UTF-8 for its rows to be found by their places. Received: data compressed by gzip", () => CsvRows.Open(file.Path));
        Write([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("a,b\n1,2\n")]);
        Says("A file must be text in UTF-8 for its rows to be found by their places. Received: the byte order mark of another encoding", () => CsvRows.Open(file.Path));
        Write([.. Encoding.Latin1.GetBytes("ä,b\n1,2\n")]);
        Says($"'{file.Path}' must be text in UTF-8. Received: the byte 0xE4 in the first row", () => CsvRows.Open(file.Path));
        Write([.. Encoding.Latin1.GetBytes("a,b\n1,2\n3,ä\n")]);
        Says($"'{file.Path}' must be text in UTF-8. Received: the byte 0xE4 in row 3", () => CsvRows.Open(file.Path).Read(0, 1));
        Says($"'{file.Path}' must be text in UTF-8. Received: the byte 0xE4 in row 3", () => CsvRows.Open(file.Path, "b", classes: ["2"]).Read(0, 1));

        void Write(byte[] bytes) => File.WriteAllBytes(file.Path, bytes);
    }

    [Fact]
    public void Read_FileThatChanged_IsRefused()
    {
        using var file = new TemporaryCsv("a,b\n1,2\n3,4\n");
        var rows = CsvRows.Open(file.Path);
        Overwrite("a,b\n1,2\n3\n45\n"); // of another length
        Says($"The file must stay as it was when it was opened, 12 bytes long. Received: 13 bytes in '{file.Path}'.", () => rows.Read(0));
        Overwrite("a,b\n1,2\n\n\n,4");
        Says($"The file must stay as it was when it was opened. Received: no row where row 1, counted from 0, was in '{file.Path}'.", () => rows.Read(0, 1));

        void Overwrite(string text)
        {
            using var stream = new FileStream(file.Path, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite);
            stream.Write(Encoding.UTF8.GetBytes(text));
        }
    }

    [Fact]
    public void Read_MaxRowsOfATable_IsItsBeginning()
    {
        using var named = new TemporaryCsv("a\n1\n2\n3\n");
        using var unnamed = new TemporaryCsv("1\n2\n3\n");
        Assert.Equal([1, 2], CsvTable.Read(named.Path, maxRows: 2)["a"].Numbers);
        Assert.Equal([1, 2], CsvTable.Read(unnamed.Path, maxRows: 2).Columns[0].Numbers);
        Assert.Equal([1, 2, 3], CsvTable.Read(named.Path, maxRows: int.MaxValue)["a"].Numbers);
        Assert.Throws<ArgumentOutOfRangeException>(() => CsvTable.Read(named.Path, maxRows: 0));
    }

    private static void AssertSameOnRanks(string path, bool hasHeader)
    {
        // By CsvHelper, from the beginning to the end.
        var expected = new List<long>();
        using var reader = CsvHelper.CsvReader.Create(File.OpenRead(path), CsvTableReader.Rules);
        while (reader.Read()) expected.Add(reader.ByteOffset);
        expected.Add(new FileInfo(path).Length);
        var separator = reader.Separator;
        for (var ranks = 1; ranks <= 5; ranks++)
        {
            var starts = Ranks.Run(ranks, communicator => CsvIndex.Of(new RowFile(path), expected[0], separator, communicator));
            Assert.All(starts, s => Assert.Equal(expected, s));
            Assert.All(Ranks.Run(ranks, communicator => CsvRows.Open(path, hasHeader: hasHeader, communicator: communicator).Count), count => Assert.Equal(expected.Count - (hasHeader ? 2 : 1), count));
        }
    }

    private static float[,] Array(Tensor tensor)
    {
        var array = new float[tensor.Shape[0], tensor.Shape[1]];
        Buffer.BlockCopy(tensor.ToArray(), 0, array, 0, 4 * tensor.Length);
        return array;
    }

    private static void Says(string message, Action action) => Assert.StartsWith(message, Assert.Throws<InvalidDataException>(action).Message, StringComparison.Ordinal);
}
