return await Ale.Cli.CommandLine.Run(args, Console.Out, Console.Error);
