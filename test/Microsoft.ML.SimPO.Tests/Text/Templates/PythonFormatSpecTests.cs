using System.Numerics;
using Microsoft.ML.SimPO.Text.Templates;
using Microsoft.ML.SimPO.Text.Templates.Python;

namespace Microsoft.ML.SimPO.Text;

public sealed class PythonFormatSpecTests
{
    /// <summary>Against dividing by the radix, digit by digit.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(16)]
    public void Digits_of_a_radix_are_those_that_dividing_gives(int radix)
    {
        var random = new Random(3);
        for (int bits = 1; bits < 200; bits++)
        {
            byte[] bytes = new byte[(bits / 8) + 1];
            random.NextBytes(bytes);
            BigInteger value = new BigInteger(bytes, isUnsigned: true) % BigInteger.Pow(2, bits);
            string expected = "";
            for (BigInteger rest = value; !rest.IsZero; rest /= radix) expected = "0123456789abcdef"[(int)(rest % radix)] + expected;
            Assert.Equal(expected.Length == 0 ? "0" : expected, PythonFormatSpec.Radix(value, radix, new JinjaBudget(JinjaOptions.Default)));
        }
    }
}
