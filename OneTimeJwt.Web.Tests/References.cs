using System.Reflection;
using System.Reflection.Emit;

namespace OneTimeJwt.Web.Tests;

/// <summary>The types that a type mentions: in its signatures, its attributes, its local variables and its code.</summary>
internal static class References
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> Codes =
        typeof(OpCodes).GetFields().Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    public static IEnumerable<Type> Of(Type type) =>
        Mentioned(type).SelectMany(Parts).Where(part => !part.IsGenericParameter).Distinct();

    private static IEnumerable<Type> Mentioned(Type type) =>
    [
        .. type.BaseType is null ? [] : new[] { type.BaseType },
        .. type.GetInterfaces(),
        .. type.GetGenericArguments().Where(argument => argument.IsGenericParameter).SelectMany(argument => argument.GetGenericParameterConstraints()),
        .. Attributes(type),
        .. type.GetFields(Own).SelectMany(field => Attributes(field).Append(field.FieldType)),
        .. type.GetProperties(Own).SelectMany(property => Attributes(property).Append(property.PropertyType)),
        .. type.GetMethods(Own).SelectMany(method => OfMethod(method).Append(method.ReturnType)),
        .. type.GetConstructors(Own).SelectMany(OfMethod),
    ];

    private static IEnumerable<Type> OfMethod(MethodBase method) =>
    [
        .. Attributes(method),
        .. method.GetParameters().SelectMany(parameter => parameter.GetCustomAttributesData().Select(data => data.AttributeType).Append(parameter.ParameterType)),
        .. method.GetMethodBody() is { } body
            ? body.LocalVariables.Select(local => local.LocalType)
                .Concat(body.ExceptionHandlingClauses.Where(clause => clause.Flags == ExceptionHandlingClauseOptions.Clause).Select(clause => clause.CatchType!))
                .Concat(InCode(method, body.GetILAsByteArray()!))
            : [],
    ];

    private static IEnumerable<Type> Attributes(MemberInfo member) =>
        member.GetCustomAttributesData().SelectMany(data => data.ConstructorArguments.Select(argument => argument.Value).Concat(data.NamedArguments.Select(argument => argument.TypedValue.Value))
            .OfType<Type>().Append(data.AttributeType));

    private static IEnumerable<Type> InCode(MethodBase method, byte[] code)
    {
        var ofType = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        var ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < code.Length;)
        {
            var value = code[at] == 0xFE ? (short)((code[at++] << 8) | code[at++]) : code[at++];
            var operand = Codes[value].OperandType;
            if (operand is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
            {
                foreach (var type in OfMember(method.Module.ResolveMember(BitConverter.ToInt32(code, at), ofType, ofMethod)!))
                    yield return type;
            }

            at += Size(operand, code, at);
        }
    }

    private static IEnumerable<Type> OfMember(MemberInfo member) => member switch
    {
        Type type => [type],
        MethodInfo method => [method.DeclaringType!, method.ReturnType, .. method.GetGenericArguments(), .. method.GetParameters().Select(parameter => parameter.ParameterType)],
        FieldInfo field => [field.DeclaringType!, field.FieldType],
        _ => [member.DeclaringType!],
    };

    private static int Size(OperandType operand, byte[] code, int at) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
        _ => 4,
    };

    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!)
        : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type)
        : [type];
}
