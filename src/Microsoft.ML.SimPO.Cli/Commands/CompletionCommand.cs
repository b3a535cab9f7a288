using System.CommandLine;

namespace SimPO.Cli.Commands;

/// <summary><c>simpo completion</c></summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _simpo() {
            local line="${COMP_LINE#* }"
            COMPREPLY=($(compgen -W "$(simpo "[suggest:${#line}]" "$line" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _simpo simpo
        """;

    private const string Zsh = """
        _simpo() {
            local line="${words[2,-1]}"
            compadd -- ${(f)"$(simpo "[suggest:${#line}]" "$line" 2>/dev/null)"} || _files
        }
        compdef _simpo simpo
        """;

    private const string PowerShell = """
        Register-ArgumentCompleter -Native -CommandName simpo -ScriptBlock {
            param($word, $ast, $position)
            $line = ($ast.ToString() -replace '^\S+\s*', '')
            simpo "[suggest:$($line.Length)]" "$line" | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
        }
        """;

    public static Command Make(TextWriter output)
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or pwsh." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "pwsh");
        var command = new Command("completion", "A script that completes command lines. Example: eval \"$(simpo completion bash)\"") { shell };
        command.SetAction(async (parsed, _) =>
        {
            await output.WriteLineAsync(parsed.GetValue(shell) switch { "zsh" => Zsh, "pwsh" => PowerShell, _ => Bash });
            return ExitCode.Ok;
        });
        return command;
    }
}
