namespace Microsoft.ML.SimPO.EndToEnd.Worker;

/// <summary>A program that knows ML.NET alone. A failure is the message of its cause on standard error and exit code 1.</summary>
internal static class PlainProgram
{
    public static int Load(string zip)
    {
        try
        {
            Console.WriteLine(new MLContext().Model.Load(zip, out _).GetType().Name);
            return 0;
        }
        catch (Exception e) when (e is IOException or DllNotFoundException or InvalidOperationException or System.Reflection.TargetInvocationException)
        {
            while (e.InnerException is { } inner) e = inner;
            Console.Error.WriteLine($"{e.GetType().Name}: {e.Message}");
            return 1;
        }
    }
}
