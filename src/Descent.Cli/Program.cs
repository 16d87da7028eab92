using Descent.Cli;

return CommandLine.Run(args);
