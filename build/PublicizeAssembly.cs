using System.IO;
using System.Linq;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using Mono.Cecil;

/// <summary>Writes a copy of an assembly whose types and members are all public, for the compiler to read; never shipped, never run.</summary>
public sealed class PublicizeAssembly : Task
{
    [Required]
    public string Source { get; set; }

    [Required]
    public string Target { get; set; }

    public override bool Execute()
    {
        if (File.Exists(Target) && File.GetLastWriteTimeUtc(Target) >= File.GetLastWriteTimeUtc(Source)) return true;
        Directory.CreateDirectory(Path.GetDirectoryName(Target));
        using (ModuleDefinition module = ModuleDefinition.ReadModule(Source))
        {
            foreach (TypeDefinition type in module.GetTypes()) Publicize(type);
            module.Write(Target);
        }
        return true;
    }

    private static void Publicize(TypeDefinition type)
    {
        if (type.IsNested) type.IsNestedPublic = true;
        else type.IsPublic = true;
        // An explicit interface implementation must stay private, or it hides the member that it implements.
        foreach (MethodDefinition method in type.Methods.Where(m => !m.HasOverrides)) method.IsPublic = true;
        // A field that backs an event has the event's name; public, it would make that name ambiguous.
        foreach (FieldDefinition field in type.Fields.Where(f => type.Events.All(e => e.Name != f.Name))) field.IsPublic = true;
    }
}
