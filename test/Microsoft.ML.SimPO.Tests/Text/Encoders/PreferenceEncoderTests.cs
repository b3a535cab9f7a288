using Microsoft.ML.SimPO.Parity;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Text;

/// <summary>
/// On the tokenizer of the QuickStart's model: 0 BOS, 1 end of text, 2 and 3 header, 4 end of turn (its EOS), 262 two newlines, 308 user, 310 assistant.
/// </summary>
public sealed class PreferenceEncoderTests
{
    private static readonly string Folder = Path.Combine(GoldenCases.OwnRoot, "encoding", "quickstart");
    private static readonly HfTokenizer Tokenizer = HfTokenizer.Load(Folder);
    private static readonly int[] Header = [2, 310, 3, 262];

    [Fact]
    public void A_text_is_a_users_turn_and_an_answer_with_the_end_of_its_turn()
    {
        PreferenceEncoder encoder = Create();
        EncodedPrompt pair = encoder.Encode("Hi", "Yes.", "No!", 1)!;
        int[] prompt = [0, 2, 308, 3, 262, .. Ids("Hi"), 4, .. Header];
        Assert.Equal([.. prompt, .. Ids("Yes."), 4], pair.Chosen.Ids);
        Assert.Equal([.. prompt, .. Ids("No!"), 4], pair.Rejected.Ids);
        Assert.Equal((prompt.Length, prompt.Length, prompt.Length), (pair.Chosen.PromptLength, pair.Rejected.PromptLength, pair.SharedPrefixLength));
        Assert.Equal(pair.Chosen.Ids.Length + pair.Rejected.Length, pair.PackedLength);
        Assert.Equal(new EncodingStatistics(1, 1, 0, 0, 0, 0, 0, 0, 0), encoder.Statistics);
        Assert.Equal([4], encoder.EndTokens);
        Assert.Equal(prompt, encoder.EncodePrompt("Hi"));
    }

    /// <summary>A reward model reads what `apply_chat_template` writes; that the last line break is no end of a turn is no fault then.</summary>
    [Fact]
    public void A_whole_conversation_keeps_what_the_template_writes_behind_the_last_turn()
    {
        const string turns = "{% for m in messages %}{{ '<|start_header_id|>' + m.role + '<|end_header_id|>' + m.content + '<|eot_id|>\n' }}{% endfor %}"
            + "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>' }}{% endif %}";
        PreferenceEncoder whole = Create(new PreferenceEncoderOptions { KeepsTail = true }, turns), answers = Create(template: turns);
        EncodedPrompt pair = whole.Encode("Hi", "Yes.", "No!", 1)!, learned = answers.Encode("Hi", "Yes.", "No!", 1)!;
        int[] asTheTemplateWrites = Ids("<|start_header_id|>user<|end_header_id|>Hi<|eot_id|>\n<|start_header_id|>assistant<|end_header_id|>Yes.<|eot_id|>\n");
        Assert.Equal(asTheTemplateWrites, pair.Chosen.Ids);
        Assert.Equal(asTheTemplateWrites[..^Ids("\n").Length], learned.Chosen.Ids);
        Assert.Equal(learned.Chosen.PromptLength, pair.Chosen.PromptLength);
        EncodedPrompt templated = whole.Encode("<|start_header_id|>user<|end_header_id|>Hi<|eot_id|>\n<|start_header_id|>assistant<|end_header_id|>", "Yes.",
            "No!<|eot_id|>", 2)!;
        Assert.Equal(pair.Chosen.Ids, templated.Chosen.Ids);
        Assert.Equal(pair.Rejected.Ids, templated.Rejected.Ids);
        Assert.Null(whole.Statistics.Faults);

        const string plain = "{% for m in messages %}{{ m.role + ': ' + m.content + '. ' }}{% endfor %}";
        EncodedPrompt endless = Create(new PreferenceEncoderOptions { KeepsTail = true }, plain).Encode("Hi", "Yes", "No", 3)!;
        Assert.DoesNotContain(4, endless.Chosen.Ids.ToArray());
    }

    [Fact]
    public void A_prompt_and_answers_can_be_messages()
    {
        PreferenceEncoder encoder = Create();
        EncodedPrompt plain = encoder.Encode("Hi", "Yes.", "No!", 1)!;
        EncodedPrompt messages = encoder.Encode("""[{"role": "user", "content": "Hi"}]""", """[{"role": "assistant", "content": "Yes."}]""", "No!", 2)!;
        Assert.Equal(plain.Chosen.Ids, messages.Chosen.Ids);
        Assert.Equal(plain.Rejected.Ids, messages.Rejected.Ids);
        EncodedPrompt system = encoder.Encode("""[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]""", "Yes.", "No!", 3)!;
        Assert.Equal([0, 2, .. Ids("system"), 3, 262, .. Ids("Be brief."), 4, .. plain.Chosen.Ids[1..]], system.Chosen.Ids);
    }

    [Fact]
    public void An_answer_that_happens_to_be_JSON_stays_as_it_is_beside_one_that_is_not()
    {
        const string json = """[{"role":"assistant","content":"hi"}]""";
        EncodedPrompt pair = Create().Encode("Hi", json, "No!", 1)!;
        Assert.Equal([.. Ids(json), 4], pair.Chosen.Ids[pair.Chosen.PromptLength..]);
    }

    [Fact]
    public void Messages_that_cannot_be_read_are_an_error_that_names_the_row()
    {
        Assert.Equal(
            "Row 5: the prompt reads like chat messages, but cannot be read as such: `prompt[0].content` must be text, or a list of text parts, but was "
                + "a number.",
            Assert.Throws<InvalidDataException>(() => Create().Encode("""[{"role":"user","content":5}]""", "Yes.", "No!", 5)).Message);
        EncodedPrompt parts = Create().Encode("""[{"role":"user","content":[{"type":"text","text":"H"},{"type":"text","text":"i"}]}]""", "Yes.", "No!", 6)!;
        Assert.Equal(Create().Encode("Hi", "Yes.", "No!", 7)!.Chosen.Ids, parts.Chosen.Ids);
    }

    [Fact]
    public void A_prompt_that_ends_with_the_assistants_words_is_continued()
    {
        EncodedPrompt pair = Create().Encode("""[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "It is"}]""", " good.", " bad.", 1)!;
        int[] prompt = [0, 2, 308, 3, 262, .. Ids("Hi"), 4, .. Header, .. Ids("It is")];
        Assert.Equal([.. prompt, .. Ids(" good."), 4], pair.Chosen.Ids);
        Assert.Equal(prompt.Length, pair.Chosen.PromptLength);
    }

    [Fact]
    public void A_text_that_holds_turns_already_is_left_alone()
    {
        PreferenceEncoder encoder = Create();
        EncodedPrompt plain = encoder.Encode("Hi", "Yes.", "No!", 1)!;
        const string turns = "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n";
        EncodedPrompt bare = encoder.Encode(turns, "Yes.", "No!<|eot_id|>\n", 2)!,
            whole = encoder.Encode("<|begin_of_text|>" + turns, "Yes.<|eot_id|>", "No!", 3)!;
        Assert.Equal((plain.Chosen.Ids, plain.Rejected.Ids), (bare.Chosen.Ids, bare.Rejected.Ids), EqualIds);
        Assert.Equal((plain.Chosen.Ids, plain.Rejected.Ids), (whole.Chosen.Ids, whole.Rejected.Ids), EqualIds);
        Assert.Equal((3, 1, 2), (encoder.Statistics.Encoded, encoder.Statistics.Templated, encoder.Statistics.AlreadyTemplated));
    }

    [Fact]
    public void Without_a_template_the_texts_stand_between_BOS_and_EOS()
    {
        PreferenceEncoder encoder = Create(new() { ApplyChatTemplate = false });
        EncodedPrompt pair = encoder.Encode("Hi there.", " Yes.", " No!", 1)!;
        Assert.Equal([0, .. Ids("Hi there. Yes."), 4], pair.Chosen.Ids);
        Assert.Equal(1 + Ids("Hi there.").Length, pair.Chosen.PromptLength);
        Assert.Equal(pair.Chosen.Ids, encoder.Encode("<|begin_of_text|>Hi there.", " Yes.<|eot_id|>", " No!", 2)!.Chosen.Ids);
        Assert.Equal(2, encoder.Statistics.Plain);
    }

    [Fact]
    public void A_conversation_needs_a_template()
    {
        InvalidDataException error = Assert.Throws<InvalidDataException>(() =>
            Create(new() { ApplyChatTemplate = false })
                .Encode("""[{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}]""", "x", "y", 12));
        Assert.Equal("Row 12: The prompt is a conversation of 3 messages, but the model has no chat template to write it with, or it is turned off. Add "
            + "chat_template.jinja to the model, or give the prompt as text.", error.Message);
    }

    [Fact]
    public void A_token_across_the_border_is_scored_and_counted()
    {
        PreferenceEncoder encoder = Create(new() { ApplyChatTemplate = false });
        EncodedPrompt pair = encoder.Encode("The ord", "er is late", " is late", 1)!;
        int[] order = Ids("The order"), cut = Ids("The ord");
        Assert.NotEqual(cut[^1], order[cut.Length - 1]);
        int shared = 1 + order.AsSpan().CommonPrefixLength(cut);
        Assert.Equal([0, .. Ids("The order is late"), 4], pair.Chosen.Ids);
        Assert.Equal(shared, pair.Chosen.PromptLength);
        Assert.Equal(1 + cut.Length, pair.Rejected.PromptLength);
        Assert.Equal(shared, pair.SharedPrefixLength);
        Assert.Equal(1, encoder.Statistics.Merged);
    }

    [Fact]
    public void A_prompt_of_one_token_and_answers_of_one_token_are_fine()
    {
        EncodedPrompt pair = Create(new() { ApplyChatTemplate = false, EmptyAnswers = EmptyAnswers.Keep }).Encode("", "a", "", 1)!;
        Assert.Equal([0, .. Ids("a"), 4], pair.Chosen.Ids);
        Assert.Equal([0, 4], pair.Rejected.Ids);
        Assert.Equal(
            (1, 1, 1, 2, 1), (pair.Chosen.PromptLength, pair.Rejected.PromptLength, pair.SharedPrefixLength, pair.Chosen.Length, pair.Rejected.Length));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    public void An_empty_prompt_is_as_wrong_as_an_empty_answer(string prompt)
    {
        var error = Assert.Throws<InvalidDataException>(() => Create(new()).Encode(prompt, "a", "b", 7));
        Assert.Equal("Row 7: the prompt is empty. Remove the row, or set `DropEmptyAnswers`.", error.Message);
        Assert.Null(Create(new() { EmptyAnswers = EmptyAnswers.Drop }).Encode(prompt, "a", "b", 7));
    }

    [Theory]
    [InlineData("", "no", "chosen")]
    [InlineData("yes", " \n", "rejected")]
    public void An_empty_answer_is_refused_by_row_or_dropped(string chosen, string rejected, string name)
    {
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Create().Encode("Hi", chosen, rejected, 7));
        Assert.Equal($"Row 7: the {name} answer is empty. Remove the row, or set `DropEmptyAnswers`.", error.Message);
        PreferenceEncoder dropping = Create(new() { EmptyAnswers = EmptyAnswers.Drop });
        Assert.Null(dropping.Encode("Hi", chosen, rejected, 7));
        Assert.Equal(new EncodingStatistics(0, 0, 0, 0, 0, 0, 0, 0, 1), dropping.Statistics);
        Assert.Equal(4, Create(new() { EmptyAnswers = EmptyAnswers.Keep }).Encode("Hi", chosen, rejected, 7)!.Chosen.Ids[^1]);
    }

    [Fact]
    public void Equal_answers_are_kept_and_counted()
    {
        PreferenceEncoder encoder = Create();
        EncodedPrompt pair = encoder.Encode("Hi", "Same.", "Same.", 1)!;
        Assert.Equal(pair.Chosen.PromptLength, pair.SharedPrefixLength);
        Assert.Equal(1, encoder.Statistics.EqualAnswers);
    }

    [Fact]
    public void A_long_prompt_loses_its_start_behind_BOS_on_both_sides()
    {
        PreferenceEncoder whole = Create(), cutting = Create(new() { MaxLength = 24 });
        string prompt = string.Join(' ', Enumerable.Repeat("one two three", 20));
        EncodedPrompt uncut = whole.Encode(prompt, "Yes, please.", "No!", 1)!, pair = cutting.Encode(prompt, "Yes, please.", "No!", 1)!;
        int excess = uncut.Chosen.Ids.Length - 24;
        Assert.Equal([0, .. uncut.Chosen.Ids[(1 + excess)..]], pair.Chosen.Ids);
        Assert.Equal([0, .. uncut.Rejected.Ids[(1 + excess)..]], pair.Rejected.Ids);
        Assert.Equal((24, uncut.Chosen.PromptLength - excess, uncut.Chosen.PromptLength - excess),
            (pair.Chosen.Ids.Length, pair.Chosen.PromptLength, pair.SharedPrefixLength));
        Assert.Equal(new EncodingStatistics(1, 1, 0, 1, 0, 0, 0, 0, 0), cutting.Statistics);
    }

    [Fact]
    public void A_prompt_has_a_limit_of_its_own()
    {
        EncodedPrompt pair = Create(new() { MaxPromptLength = 10 }).Encode("one two three four five six seven", "Yes.", "No!", 1)!;
        Assert.Equal((10, 10, 0), (pair.Chosen.PromptLength, pair.Rejected.PromptLength, pair.Chosen.Ids[0]));
        Assert.Equal(Header, pair.Chosen.Ids[6..10]);
    }

    [Fact]
    public void An_answer_that_does_not_fit_alone_is_dropped_or_cut()
    {
        string answer = string.Join(' ', Enumerable.Repeat("one two three", 20));
        PreferenceEncoder dropping = Create(new() { MaxLength = 24 });
        Assert.Null(dropping.Encode("Hi", answer, "No!", 1));
        Assert.Equal(new EncodingStatistics(0, 0, 0, 0, 0, 0, 0, 1, 0), dropping.Statistics);

        EncodedPrompt uncut = Create().Encode("Hi", answer, "No!", 1)!;
        PreferenceEncoder cutting = Create(new() { MaxLength = 24, LongAnswers = LongAnswers.Cut }),
            ending = Create(new() { MaxLength = 24, LongAnswers = LongAnswers.CutAndEnd });
        Assert.Equal(uncut.Chosen.Ids[..24], cutting.Encode("Hi", answer, "No!", 1)!.Chosen.Ids);
        Assert.Equal([.. uncut.Chosen.Ids[..23], 4], ending.Encode("Hi", answer, "No!", 1)!.Chosen.Ids);
        Assert.Equal(uncut.Rejected.Ids, ending.Encode("Hi", answer, "No!", 1)!.Rejected.Ids);
        Assert.Equal(1, cutting.Statistics.CutAnswers);
    }

    [Fact]
    public void A_conversation_that_the_template_refuses_is_named()
    {
        PreferenceEncoder encoder =
            Create(template: "{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{{ messages[0].content }}");
        InvalidDataException error = Assert.Throws<InvalidDataException>(
            () => encoder.Encode("""[{"role": "system", "content": "a"}, {"role": "user", "content": "b"}]""", "x", "y", 9));
        Assert.Equal("Row 9: the model's chat template refuses this conversation: System role not supported", error.Message);
    }

    [Fact]
    public void A_template_that_writes_no_end_gets_EOS()
    {
        const string template =
            "{% for m in messages %}{{ m.role + ': ' + m.content + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}";
        EncodedPrompt pair = Create(template: template).Encode("Hi", "Yes.", "No!", 1)!;
        Assert.Equal([.. Ids("user: Hi\nassistant: Yes."), 4], pair.Chosen.Ids);
    }

    [Fact]
    public void What_a_template_writes_behind_the_end_token_is_not_the_models_to_write()
    {
        const string template = "{{ bos_token }}{% for m in messages %}{{ m.role + ': ' + m.content + ' <|end_of_text|>\\n' }}{% endfor %}{% if "
            + "add_generation_prompt %}{{ 'assistant: ' }}{% else %}{{ eos_token }}{% endif %}";
        PreferenceEncoder encoder = Create(template: template);
        EncodedPrompt pair = encoder.Encode("Hi", "Yes.", "No!", 1)!;
        Assert.Equal([0, .. Ids("user: Hi <|end_of_text|>\nassistant: Yes. <|end_of_text|>")], pair.Chosen.Ids);
        Assert.Equal([1, 4], encoder.EndTokens);
    }

    [Fact]
    public void All_that_ends_a_turn_ends_an_answer()
    {
        const string template = "{% for m in messages %}{{ m.role + ': ' + m.content + '<|end_of_text|><|eot_id|>\n' }}{% endfor %}{% if add_generation_prompt "
            + "%}{{ 'assistant: ' }}{% endif %}";
        PreferenceEncoder encoder = Create(template: template);
        Assert.Equal([.. Ids("user: Hi<|end_of_text|><|eot_id|>\nassistant: Yes."), 1, 4], encoder.Encode("Hi", "Yes.", "No!", 1)!.Chosen.Ids);
        Assert.Equal([4], encoder.EndTokens);
    }

    [Fact]
    public void An_end_that_is_no_single_token_is_written_as_the_template_has_it()
    {
        const string template =
            "{% for m in messages %}{{ m.role + ': ' + m.content + '<|DONE|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}";
        PreferenceEncoder encoder = Create(template: template);
        Assert.Equal(Ids("user: Hi<|DONE|>\nassistant: Yes.<|DONE|>"), encoder.Encode("Hi", "Yes.", "No!", 1)!.Chosen.Ids);
        Assert.Equal([4], encoder.EndTokens);
    }

    [Fact]
    public void A_turn_that_only_the_next_ones_mark_ends_ends_with_that_mark()
    {
        const string template = "{% for m in messages %}{{ '<|start_header_id|>' + m.role + '<|end_header_id|>' + m.content }}{% endfor %}{% if "
            + "add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>' }}{% endif %}";
        PreferenceEncoder encoder = Create(template: template);
        Assert.Equal([2, 308, 3, .. Ids("Hi"), 2, 310, 3, .. Ids("Yes."), 2], encoder.Encode("Hi", "Yes.", "No!", 1)!.Chosen.Ids);
        Assert.Equal([2, 4], encoder.EndTokens);
        const string turns = "<|start_header_id|>user<|end_header_id|>Hi<|start_header_id|>assistant<|end_header_id|>";
        Assert.Equal(encoder.EncodePrompt("Hi"), encoder.EncodePrompt(turns));
    }

    [Fact]
    public void An_end_token_that_is_not_flagged_as_special_ends_an_answer_too()
    {
        string folder = Path.Combine(GoldenCases.OwnRoot, "tokenizers", "qwen2-like");
        HfTokenizer tokenizer = HfTokenizer.Load(folder);
        int end = tokenizer.TokenId("</tool_call>")!.Value;
        Assert.False(tokenizer.IsSpecial(end));
        SpecialTokens tokens = SpecialTokens.Load(folder);
        var template = new ChatTemplate("{% for m in messages %}{{ m.role + ': ' + m.content + '</tool_call>\n' }}{% endfor %}{% if add_generation_prompt %}{{ "
            + "'assistant: ' }}{% endif %}", tokens.Variables);
        var encoder = new PreferenceEncoder(tokenizer, tokens, template);
        Assert.Equal(tokenizer.Encode("user: Hi</tool_call>\nassistant: Yes.</tool_call>", false), encoder.Encode("Hi", "Yes.", "No!", 1)!.Chosen.Ids);
        Assert.Equal([end, tokenizer.TokenId(tokens.Eos!)!.Value], encoder.EndTokens);
    }

    [Fact]
    public void An_answer_that_repeats_the_prompt_as_the_template_writes_it_is_the_answer_alone()
    {
        PreferenceEncoder encoder = Create();
        PairTexts bare = encoder.Texts("Hi", "Yes.", "No!");
        Assert.Equal(bare, encoder.Texts("Hi", bare.Prompt + "Yes.<|eot_id|>", bare.Prompt + "No!"));
        PairTexts templated = encoder.Texts(bare.Prompt, bare.Prompt + "Yes.<|eot_id|>", "No!");
        Assert.Equal((bare.Prompt, bare.Chosen, bare.Rejected), (templated.Prompt, templated.Chosen, templated.Rejected));
    }

    [Fact]
    public void A_token_behind_the_embedding_is_an_error_that_names_it_with_its_row()
    {
        Assert.NotNull(Create(new PreferenceEncoderOptions { EmbeddingRows = Tokenizer.VocabularySize }).Encode("Hi", "Yes.", "No!", 7));
        var error = Assert.Throws<InvalidDataException>(
            () => Create(new PreferenceEncoderOptions { EmbeddingRows = 4, ApplyChatTemplate = false }).Encode("<|eot_id|>", "<|eot_id|>", "<|eot_id|>", 7));
        Assert.Equal(
            "Row 7: the token `<|eot_id|>` has the id 4, but the model's embedding has 4 rows. The tokenizer belongs to another model, or got tokens that the "
            + "model did not.", error.Message);
    }

    [Fact]
    public void A_header_for_generating_that_answers_do_not_have_is_kept()
    {
        const string template = "{% for m in messages %}{{ '<|start_header_id|>' + m.role + '<|end_header_id|>' + m.content + '<|eot_id|>' }}{% endfor %}{% if "
            + "add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|><answer>' }}{% endif %}";
        EncodedPrompt pair = Create(template: template).Encode("Hi", "Yes.", "No!", 1)!;
        Assert.Equal([2, 308, 3, .. Ids("Hi"), 4, 2, 310, 3, .. Ids("<answer>Yes."), 4], pair.Chosen.Ids);
    }

    [Theory]
    [InlineData("{{ bos_token }}", new[] { 0 })]
    [InlineData("", new int[0])]
    public void BOS_stands_before_what_a_template_wrote_only_where_the_template_writes_it(string start, int[] bos)
    {
        string template = start + "{% for m in messages %}{{ '<|start_header_id|>' + m.role + '<|end_header_id|>' + m.content + '<|eot_id|>' }}{% endfor %}{% "
            + "if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>' }}{% endif %}";
        PreferenceEncoder encoder = Create(template: template);
        int[] prompt = [.. bos, 2, 308, 3, .. Ids("Hi"), 4, 2, 310, 3];
        EncodedPrompt pair = encoder.Encode("Hi", "Yes.", "No!", 1)!;
        Assert.Equal([.. prompt, .. Ids("Yes."), 4], pair.Chosen.Ids);
        Assert.Equal(prompt.Length, pair.Chosen.PromptLength);
        Assert.Equal(prompt, encoder.EncodePrompt("Hi"));
        // A text that holds turns already is what the template would have written.
        const string turns = "<|start_header_id|>user<|end_header_id|>Hi<|eot_id|><|start_header_id|>assistant<|end_header_id|>";
        Assert.Equal(pair.Chosen.Ids, encoder.Encode(turns, "Yes.", "No!", 2)!.Chosen.Ids);
        Assert.Equal(prompt, encoder.EncodePrompt(turns));
        // Without a template the tokenizer's own stays.
        Assert.Equal([0, .. Ids("Hi")], Create(new() { ApplyChatTemplate = false }).EncodePrompt("Hi"));
    }

    [Fact]
    public void The_SimPO_reference_scores_the_header_of_the_answer()
    {
        EncodedPrompt sound = Create().Encode("Hi", "Yes.", "No!", 1)!,
            reference = Create(new() { Preparation = RowPreparation.SimPOReference }).Encode("Hi", "Yes.", "No!", 1)!;
        Assert.Equal(sound.Chosen.Ids, reference.Chosen.Ids);
        Assert.Equal(sound.Chosen.PromptLength - Header.Length, reference.Chosen.PromptLength);
    }

    [Fact]
    public void TRL_cuts_both_answers_and_loses_their_ends()
    {
        PreferenceEncoder encoder = Create(new() { Preparation = RowPreparation.Trl024, MaxLength = 20, MaxPromptLength = 12 });
        EncodedPrompt sound = Create().Encode("Hi", "Yes, that would be very nice.", "No, not at all, never.", 1)!,
            trl = encoder.Encode("Hi", "Yes, that would be very nice.", "No, not at all, never.", 1)!;
        int prompt = sound.Chosen.PromptLength;
        Assert.Equal(sound.Chosen.Ids[..(prompt + 8)], trl.Chosen.Ids);
        Assert.Equal(sound.Rejected.Ids[..(prompt + Math.Min(8, sound.Rejected.Length))], trl.Rejected.Ids);
        Assert.Equal(1, encoder.Statistics.CutAnswers);
    }

    [Fact]
    public void A_model_without_an_end_token_is_refused()
    {
        InvalidDataException error =
            Assert.Throws<InvalidDataException>(() => new PreferenceEncoder(Tokenizer, new SpecialTokens(new Dictionary<string, string>()), null));
        Assert.Equal("The model has no `eos_token` that its tokenizer knows, and its chat template ends no turn with a special token, so an answer would have "
            + "no end. Set `eos_token` in tokenizer_config.json.", error.Message);
    }

    [Fact]
    public void All_faults_of_the_options_are_told_at_once()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => Create(new() { MaxLength = 1, MaxPromptLength = 0 }));
        Assert.Equal(
            "`MaxLength` must be at least 2, but was 1. Use 512 to 4096." + Environment.NewLine
                + "`MaxPromptLength` must be at least 1, but was 0. Leave it out, or use three quarters of `MaxLength`.", error.Message);
        Assert.Equal("`MaxPromptLength` must be less than `MaxLength` (8), but was 8.",
            Assert.Throws<ArgumentException>(() => Create(new() { MaxLength = 8, MaxPromptLength = 8 })).Message);
    }

    [Fact]
    public void Any_texts_make_a_well_formed_pair()
    {
        var random = new Random(6);
        string[] pieces = ["a", " ", "\n", "order", "<|eot_id|>", "<|begin_of_text|>", "<|start_header_id|>", "é", "e\u0301", "😀", "\uD83D", "12", "[", "{",
            "\0", "\u2028", "word word", "[{\"role\": \"user\", \"content\": \"x\"}]"];
        string Text() => string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)]));
        for (int i = 0; i < 2000; i++)
        {
            int maxLength = random.Next(2, 40);
            PreferenceEncoder encoder = Create(new()
            {
                ApplyChatTemplate = i % 2 == 0,
                EmptyAnswers = EmptyAnswers.Keep,
                MaxLength = maxLength,
                MaxPromptLength = i % 3 == 0 ? random.Next(1, maxLength) : null,
                LongAnswers = (LongAnswers)(i % 3),
            });
            EncodedPrompt? pair = encoder.Encode(Text(), Text(), Text(), i);
            EncodingStatistics statistics = encoder.Statistics;
            Assert.Equal((pair is null ? 0 : 1, pair is null ? 1 : 0), (statistics.Encoded, statistics.DroppedLong));
            if (pair is null) continue;
            foreach ((TokenIds ids, int prompt) in new[] { (pair.Chosen.Ids, pair.Chosen.PromptLength), (pair.Rejected.Ids, pair.Rejected.PromptLength) })
            {
                Assert.InRange(ids.Length, 2, maxLength);
                Assert.InRange(prompt, 1, ids.Length - 1);
                Assert.Equal(0, ids[0]);
            }
            Assert.InRange(pair.SharedPrefixLength, 1, Math.Min(pair.Chosen.PromptLength, pair.Rejected.PromptLength));
        }
    }

    [Fact]
    public void Many_threads_give_what_one_gives()
    {
        PreferenceEncoder encoder = Create();
        EncodedPrompt?[] pairs = new EncodedPrompt?[256];
        Parallel.For(
            0, pairs.Length, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i => pairs[i] = encoder.Encode($"Question {i}", $"Yes {i}.", $"No {i}.", i));
        PreferenceEncoder alone = Create();
        for (int i = 0; i < pairs.Length; i++) Assert.Equal(alone.Encode($"Question {i}", $"Yes {i}.", $"No {i}.", i)!.Chosen.Ids, pairs[i]!.Chosen.Ids);
        Assert.Equal(alone.Statistics, encoder.Statistics);
    }

    private static bool EqualIds((TokenIds A, TokenIds B) x, (TokenIds A, TokenIds B) y) => x.A.SequenceEqual(y.A) && x.B.SequenceEqual(y.B);

    private static int[] Ids(string text) => Tokenizer.Encode(text, addSpecialTokens: false);

    private static PreferenceEncoder Create(PreferenceEncoderOptions? options = null, string? template = null)
    {
        SpecialTokens tokens = SpecialTokens.Load(Folder);
        return new PreferenceEncoder(Tokenizer, tokens, template is null ? ChatTemplate.Load(Folder) : new ChatTemplate(template, tokens.Variables), options);
    }
}
