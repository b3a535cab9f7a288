using System.Globalization;
using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Names a transformer whose constructor loads it from a saved model, as ML.NET's own attribute does, and gives ML.NET a constructor whose faults arrive as
/// they are: called as usual, it would put each into a <see cref="TargetInvocationException"/>.
/// </summary>
/// <param name="transformer">The class; one of its constructors takes an environment and a <see cref="ModelLoadContext"/>.</param>
/// <param name="userName">What people call it.</param>
/// <param name="loaderSignatures">What saved models name it by.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class ModelLoaderAttribute(Type transformer, string userName, params string[] loaderSignatures)
    : LoadableClassAttributeBase(null, transformer, new Loader(transformer), null, [typeof(SignatureLoadModel)], userName, loaderSignatures)
{
    /// <summary>The class itself but for its constructors.</summary>
    private sealed class Loader(Type transformer) : TypeDelegator(transformer)
    {
        protected override ConstructorInfo? GetConstructorImpl(
            BindingFlags bindingAttr, Binder? binder, CallingConventions callConvention, Type[] types, ParameterModifier[]? modifiers) =>
            base.GetConstructorImpl(bindingAttr, binder, callConvention, types, modifiers) is { } found ? new Constructor(found) : null;
    }

    /// <summary>A constructor that lets what it throws through.</summary>
    private sealed class Constructor(ConstructorInfo inner) : ConstructorInfo
    {
        public override string Name => inner.Name;

        public override Type? DeclaringType => inner.DeclaringType;

        public override Type? ReflectedType => inner.ReflectedType;

        public override MethodAttributes Attributes => inner.Attributes;

        public override RuntimeMethodHandle MethodHandle => inner.MethodHandle;

        public override object Invoke(BindingFlags invokeAttr, Binder? binder, object?[]? parameters, CultureInfo? culture) =>
            inner.Invoke(invokeAttr | BindingFlags.DoNotWrapExceptions, binder, parameters, culture);

        public override object? Invoke(object? obj, BindingFlags invokeAttr, Binder? binder, object?[]? parameters, CultureInfo? culture) =>
            inner.Invoke(obj, invokeAttr | BindingFlags.DoNotWrapExceptions, binder, parameters, culture);

        public override ParameterInfo[] GetParameters() => inner.GetParameters();

        public override MethodImplAttributes GetMethodImplementationFlags() => inner.GetMethodImplementationFlags();

        public override object[] GetCustomAttributes(bool inherit) => inner.GetCustomAttributes(inherit);

        public override object[] GetCustomAttributes(Type attributeType, bool inherit) => inner.GetCustomAttributes(attributeType, inherit);

        public override bool IsDefined(Type attributeType, bool inherit) => inner.IsDefined(attributeType, inherit);
    }
}
