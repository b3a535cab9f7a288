namespace Microsoft.ML.SimPO.EndToEnd.Worker;

/// <summary>A program that knows ML.NET alone. A failure is its message on standard error and exit code 1.</summary>
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
            Exception told = e is System.Reflection.TargetInvocationException { InnerException: { } inner } ? inner : e;
            Console.Error.WriteLine($"{told.GetType().Name}: {told.Message}");
            return 1;
        }
    }
}
