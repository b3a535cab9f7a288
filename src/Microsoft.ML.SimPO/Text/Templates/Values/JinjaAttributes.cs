using Microsoft.ML.SimPO.Text.Templates.Functions;
using Microsoft.ML.SimPO.Text.Templates.Python;
using Microsoft.ML.SimPO.Text.Templates.Syntax;

namespace Microsoft.ML.SimPO.Text.Templates.Values;

/// <summary><c>value.name</c> and <c>value[key]</c>, within what Jinja2's immutable sandbox allows.</summary>
internal static class JinjaAttributes
{
    private static readonly HashSet<string> Mutating = new(StringComparer.Ordinal)
    {
        "list.append", "list.clear", "list.pop", "list.reverse", "list.insert", "list.sort", "list.extend", "list.remove",
        "dict.clear", "dict.pop", "dict.popitem", "dict.setdefault", "dict.update",
    };

    /// <summary>Attributes that every Python object has; those of its kind follow.</summary>
    private static readonly HashSet<string> Internal = new(StringComparer.Ordinal)
    {
        "__class__", "__doc__", "__init__", "__new__", "__repr__", "__str__", "__hash__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__",
        "__getattribute__",
        "__setattr__", "__delattr__", "__dir__", "__format__", "__reduce__", "__reduce_ex__", "__sizeof__", "__subclasshook__", "__init_subclass__",
        "__getstate__",
    };

    private static readonly Dictionary<string, string> InternalOfType = new(StringComparer.Ordinal)
    {
        ["str"] = "__add__ __contains__ __getitem__ __getnewargs__ __iter__ __len__ __mod__ __mul__ __rmod__ __rmul__",
        ["list"] =
            "__add__ __class_getitem__ __contains__ __delitem__ __getitem__ __iadd__ __imul__ __iter__ __len__ __mul__ __reversed__ __rmul__ __setitem__",
        ["tuple"] = "__add__ __class_getitem__ __contains__ __getitem__ __getnewargs__ __iter__ __len__ __mul__ __rmul__",
        ["dict"] = "__class_getitem__ __contains__ __delitem__ __getitem__ __ior__ __iter__ __len__ __or__ __reversed__ __ror__ __setitem__",
        ["int"] = "__abs__ __add__ __and__ __bool__ __ceil__ __divmod__ __float__ __floor__ __floordiv__ __getnewargs__ __index__ __int__ __invert__ "
            + "__lshift__ __mod__ __mul__ __neg__ "
            + "__or__ __pos__ __pow__ __radd__ __rand__ __rdivmod__ __rfloordiv__ __rlshift__ __rmod__ __rmul__ __ror__ __round__ __rpow__ __rrshift__ "
                + "__rshift__ __rsub__ __rtruediv__ "
            + "__rxor__ __sub__ __truediv__ __trunc__ __xor__",
        ["float"] = "__abs__ __add__ __bool__ __ceil__ __divmod__ __float__ __floor__ __floordiv__ __getnewargs__ __int__ __mod__ __mul__ __neg__ __pos__ "
            + "__pow__ __radd__ __round__ __sub__ "
            + "__truediv__ __trunc__",
        ["function"] = "__call__ __closure__ __code__ __defaults__ __dict__ __get__ __globals__ __kwdefaults__ __module__ __name__ __qualname__ "
            + "__annotations__ __builtins__ __type_params__",
        ["method"] = "__call__ __func__ __get__ __self__ __name__ __qualname__ __code__ __globals__ __module__ __dict__",
        ["builtin_function_or_method"] = "__call__ __module__ __name__ __qualname__ __self__ __text_signature__",
        ["type"] = "mro __base__ __bases__ __basicsize__ __call__ __dict__ __flags__ __instancecheck__ __module__ __mro__ "
            + "__name__ __or__ __prepare__ __qualname__ __subclasscheck__ __subclasses__ __weakref__",
        ["generator"] = "__del__ __iter__ __name__ __next__ __qualname__ gi_code gi_frame gi_running gi_yieldfrom close send throw",
        ["Macro"] = "__call__ __dict__ __module__ __weakref__ _argument_count _environment _func _default_autoescape _invoke",
        ["TemplateReference"] = "__dict__ __getitem__ __module__ __weakref__ _TemplateReference__context",
    };

    public static object? Get(object? target, string name)
    {
        if (Method(target, name) is { } method) return method;
        if (target is JinjaUndefined undefined && !Internal.Contains(name)) throw undefined.Error();
        if (target is JinjaObject other && other.TryGetAttribute(name, out object? value)) return value;
        if (IsUnsafe(target, name)) return JinjaUndefined.Unsafe(target, name);
        if (target is JinjaDictionary dictionary && dictionary.TryGet(name, out object? item)) return item;
        return JinjaUndefined.Member(target, name);
    }

    /// <summary>What the filter <c>attr</c> sees: no items.</summary>
    public static object? GetAttributeOnly(object? target, string name)
    {
        if (target is JinjaUndefined undefined) throw undefined.Error();
        bool isItem = target is JinjaDictionary && Method(target, name) is null && !IsUnsafe(target, name);
        return isItem ? JinjaUndefined.Member(target, name) : Get(target, name);
    }

    public static object? GetItem(object? target, object? key, JinjaBudget budget)
    {
        if (target is JinjaUndefined undefined) throw undefined.Error();
        budget.SpendReading([target, key]);
        if (TryGetItem(target, key, out object? value)) return value;
        if (key is not string name) return JinjaUndefined.Element(target, key, budget);
        if (Method(target, name) is { } method) return method;
        if (target is JinjaObject other && other.TryGetAttribute(name, out value)) return value;
        return IsUnsafe(target, name) ? JinjaUndefined.Unsafe(target, name) : JinjaUndefined.Member(target, name);
    }

    /// <summary><c>value[start:stop:step]</c>, which unlike other items is an error where the value has none.</summary>
    public static object GetSlice(object? target, JinjaSlice slice, JinjaBudget budget)
    {
        if (target is JinjaUndefined undefined) throw undefined.Error();
        return Slice(target, slice, budget) ?? throw JinjaException.Type(
            target is JinjaDictionary ? "unhashable type: 'slice'" : $"'{JinjaValue.TypeName(target)}' object is not subscriptable");
    }

    private static JinjaFunction? Method(object? target, string name)
    {
        JinjaBuiltin? method = target switch
        {
            string => JinjaStringMethods.Find(name),
            JinjaMarkup => JinjaStringMethods.Find(name),
            JinjaSequence or JinjaDictionary or JinjaDictionaryView or JinjaRange or JinjaBytes =>
                JinjaCollectionMethods.Find(JinjaValue.TypeName(target), name),
            double or long => JinjaCollectionMethods.Find(JinjaValue.TypeName(target), name),
            _ => null,
        };
        return method is null ? null : JinjaFunction.Method(method, target);
    }

    private static bool IsUnsafe(object? target, string name)
    {
        string type = JinjaValue.TypeName(target) switch { "bool" => "int", "Markup" => "str", string other => other };
        return Mutating.Contains($"{type}.{name}") || Internal.Contains(name)
            || (InternalOfType.TryGetValue(type, out string? names) && names.Split(' ').Contains(name));
    }

    private static bool TryGetItem(object? target, object? key, out object? value)
    {
        value = null;
        if (target is JinjaDictionary dictionary) return JinjaDictionary.IsHashable(key) && dictionary.TryGet(key, out value);
        if (key is not (long or bool)) return false;
        long index = Convert.ToInt64(key, System.Globalization.CultureInfo.InvariantCulture);
        if (target is not (JinjaSequence or JinjaRange or JinjaBytes or string or JinjaMarkup)) return false;
        long length = JinjaValue.TryLength(target)!.Value;
        if (index < 0) index += length;
        if (index < 0 || index >= length) return false;
        value = At(target, index);
        return true;
    }

    private static object? At(object? target, long index) => target switch
    {
        JinjaSequence sequence => sequence.Items[index],
        JinjaRange range => range[index],
        JinjaBytes bytes => (long)bytes.Bytes[index],
        JinjaMarkup markup => new JinjaMarkup(Character(markup.Text, (int)index)),
        _ => Character((string)target!, (int)index),
    };

    private static string Character(string text, int index)
    {
        int offset = PythonText.Offset(text, index);
        return text.Substring(offset, offset + 1 < text.Length && char.IsSurrogatePair(text[offset], text[offset + 1]) ? 2 : 1);
    }

    private static object? Slice(object? target, JinjaSlice slice, JinjaBudget budget)
    {
        if (JinjaValue.AsText(target) is { } text)
        {
            budget.Spend(text.Length >> 4);
            string part = Slice(text, slice);
            return target is JinjaMarkup ? new JinjaMarkup(part) : part;
        }
        if (target is JinjaRange range)
        {
            (long start, long end, long step) = slice.Bounds(range.Count);
            return range.Slice(start, end, step);
        }
        if (target is not JinjaSequence sequence) return null;
        var (first, count, stride) = slice.Within(sequence.Items.Length);
        budget.Spend(count);
        var items = new object?[count];
        for (long i = 0; i < count; i++) items[i] = sequence.Items[first + i * stride];
        return sequence.With(items);
    }

    private static string Slice(string text, JinjaSlice slice)
    {
        var (first, count, stride) = slice.Within(PythonText.Length(text));
        if (count == 0) return "";
        if (stride == 1)
        {
            int start = PythonText.Offset(text, (int)first);
            return text.Substring(start, PythonText.Offset(text[start..], (int)count));
        }
        string[] characters = [.. PythonText.Characters(text)];
        var part = new System.Text.StringBuilder();
        for (long i = 0; i < count; i++) part.Append(characters[first + i * stride]);
        return part.ToString();
    }
}
