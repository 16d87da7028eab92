using System.Text.Json.Nodes;
using Descent.Optimizers.Schedules;

namespace Descent.Tests.Schedules;

public class ScheduleGoldenTests
{
    private const string File = "keras3/schedules";

    // Powers and cosines that NumPy rounds to a neighbouring float32; everything else is equal bit for bit,
    // the steps that sit on a restart included.
    private const double Relative = 4e-7;

    [Theory]
    [MemberData(nameof(Golden.Cases), File, MemberType = typeof(Golden))]
    public void At_RecordedSteps_GivesKerasRates(GoldenCase golden)
    {
        JsonObject json = golden.Json;
        LearningRateSchedule schedule = Make(json);
        int[] steps = Golden.Ints(json["steps"]);
        float[] rates = Golden.Floats(json["values"]);
        for (int i = 0; i < steps.Length; i++)
        {
            double rate = schedule.At(steps[i]);
            Assert.True(Math.Abs(rate - rates[i]) <= Relative * rates[i], $"step {steps[i]}: expected {rates[i]:R}, actual {rate:R}.");
            Assert.Equal((float)rate, rate);
        }
    }

    [Theory]
    [MemberData(nameof(Golden.Cases), File, MemberType = typeof(Golden))]
    public void Serialize_MadeFromArguments_WritesWhatKerasWrites(GoldenCase golden)
    {
        JsonObject json = golden.Json;
        LearningRateSchedule schedule = Make(json);
        Golden.AssertSameJson(json["config"], schedule.GetConfig());
        Golden.AssertSameJson(json["serialized"], schedule.Serialize());
    }

    [Theory]
    [MemberData(nameof(Golden.Cases), File, MemberType = typeof(Golden))]
    public void Deserialize_WhatKerasWrote_RoundTrips(GoldenCase golden)
    {
        JsonObject json = golden.Json;
        LearningRateSchedule schedule = LearningRateSchedule.Deserialize(json["serialized"]!.AsObject());
        Assert.Equal(json["class_name"]!.GetValue<string>(), schedule.GetType().Name);
        Golden.AssertSameJson(json["serialized"], schedule.Serialize());
    }

    [Theory]
    [MemberData(nameof(Golden.Cases), File, "errors", MemberType = typeof(Golden))]
    public void Deserialize_ArgumentsThatKerasRejects_Throws(GoldenCase golden)
        => Assert.ThrowsAny<ArgumentException>(() => Make(golden.Json));

    private static LearningRateSchedule Make(JsonObject json) => LearningRateSchedule.Deserialize(new JsonObject
    {
        ["class_name"] = json["class_name"]!.DeepClone(),
        ["config"] = json["constructor"]!.DeepClone(),
    });
}
