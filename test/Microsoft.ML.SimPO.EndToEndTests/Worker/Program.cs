using Microsoft.ML.SimPO.EndToEnd.Worker;

// What the tests want done in a process of its own. Where ML.NET alone is asked for, the library may be missing.
return args is ["load", string zip] ? PlainProgram.Load(zip) : Commands.Run(args);
