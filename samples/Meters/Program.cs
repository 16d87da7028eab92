using System.Globalization;
using Descent;
using Descent.Data;
using Descent.Layers;
using Meters;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
RandomSeed.Set(42); // the same result each time

// Given the address of a collector, http://localhost:4318, measurements and spans go there.
using var meters = args.Length == 0 ? null : Sdk.CreateMeterProviderBuilder().AddMeter("Descent").AddOtlpExporter(o => SendTo(o, "v1/metrics")).Build();
using var spans = args.Length == 0 ? null : Sdk.CreateTracerProviderBuilder().AddSource("Descent").AddOtlpExporter(o => SendTo(o, "v1/traces")).Build();

var (x, y) = DrawnDigits.Generate(2000, seed: 1);
var model = new Sequential([new Dense(64, "relu") { InputShape = [x.GetLength(1)] }, new Dense(10, "softmax")]) { Name = "digits" };
model.Compile("adam", "sparse_categorical_crossentropy");

using (var table = new MeterTable())
{
    model.Fit(x, y, epochs: 3, verbose: 0, validationSplit: 0.2);
    table.Print();
}

void SendTo(OtlpExporterOptions options, string path) =>
    (options.Endpoint, options.Protocol) = (new Uri(new Uri(args[0]), path), OtlpExportProtocol.HttpProtobuf);
