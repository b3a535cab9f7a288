using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.SimPO.Native;

public class ElfVersionNeedsTests
{
    private const int Strings = 192, Needs = 256, FirstFlags = Needs + 16 + 4, SecondFlags = Needs + 32 + 4;

    [Fact]
    public void Only_the_named_version_becomes_weak()
    {
        byte[] image = Library(), expected = Library();
        Assert.True(ElfVersionNeeds.MakeWeak(image, "GLIBCXX_3.4.32"));
        expected[SecondFlags] = 2;
        Assert.Equal(expected, image);
        Assert.True(ElfVersionNeeds.MakeWeak(image, "GLIBC_2.17"));
        Assert.Equal(2, image[FirstFlags]);
    }

    [Theory]
    [InlineData("GLIBCXX_3.4.3")] // the beginning of one that is there
    [InlineData("GLIBCXX_3.4.33")]
    public void A_version_that_is_not_needed_changes_nothing(string version)
    {
        byte[] image = Library();
        Assert.False(ElfVersionNeeds.MakeWeak(image, version));
        Assert.Equal(Library(), image);
    }

    [Fact]
    public void Other_files_are_refused()
    {
        foreach (byte[] bytes in new[] { [], "MZ"u8.ToArray(), new byte[4096] })
            Assert.Equal("it is not a 64-bit little-endian ELF file.",
                Assert.Throws<InvalidDataException>(() => ElfVersionNeeds.MakeWeak(bytes, "GLIBCXX_3.4.32")).Message);
    }

    [Fact]
    public void A_file_that_ends_early_is_refused_wherever_it_ends()
    {
        byte[] whole = Library();
        for (int length = 6; length < whole.Length; length++)
        {
            byte[] cut = whole[..length];
            Assert.Equal("its ELF section table points outside the file.",
                Assert.Throws<InvalidDataException>(() => ElfVersionNeeds.MakeWeak(cut, "GLIBCXX_3.4.32")).Message);
        }
    }

    /// <summary>Every byte of the tables with every bit set: found, not found or refused, and soon.</summary>
    [Fact(Timeout = 60000)]
    public async Task Damaged_tables_end_in_an_answer()
    {
        await Task.Yield();
        for (int i = 40; i < Library().Length; i++)
            foreach (byte value in new byte[] { 0, 0x7f, 0xff })
            {
                byte[] damaged = Library();
                damaged[i] = value;
                if (Record.Exception(() => ElfVersionNeeds.MakeWeak(damaged, "GLIBCXX_3.4.32")) is { } failure) Assert.IsType<InvalidDataException>(failure);
            }
    }

    [Fact]
    public void A_library_that_lacks_something_else_is_not_copied()
    {
        string file = Path.GetTempFileName();
        try
        {
            byte[] other = Library();
            Encoding.ASCII.GetBytes("GLIBCXX_9.9.99").CopyTo(other, Strings + 11);
            File.WriteAllBytes(file, other);
            Assert.Equal("it does not ask for GLIBCXX_3.4.32, so its C++ run time is not what is missing.",
                Assert.Throws<InvalidDataException>(() => RelaxedLibrary.CopyOf(file)).Message);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Header, two sections (strings and needs), the strings, one need of two versions.</summary>
    private static byte[] Library()
    {
        byte[] image = new byte[Needs + 48];
        new byte[] { 0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1 }.CopyTo(image, 0);
        Int64(40, 64); // the section table
        Int16(58, 64);
        Int16(60, 2);
        Int32(64 + 4, 3); // SHT_STRTAB
        Int64(64 + 24, Strings);
        Int32(128 + 4, 0x6ffffffe); // SHT_GNU_verneed
        Int64(128 + 24, Needs);
        Int32(128 + 40, 0); // its strings are section 0
        Int32(128 + 44, 1); // one need
        Encoding.ASCII.GetBytes("GLIBC_2.17\0GLIBCXX_3.4.32\0").CopyTo(image, Strings);
        Int16(Needs + 2, 2); // two versions
        Int32(Needs + 8, 16); // the first, right behind
        Int32(Needs + 16 + 8, 0); // its name
        Int32(Needs + 16 + 12, 16); // the next
        Int32(Needs + 32 + 8, 11);
        return image;

        void Int16(int offset, short value) => BinaryPrimitives.WriteInt16LittleEndian(image.AsSpan(offset), value);
        void Int32(int offset, int value) => BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(offset), value);
        void Int64(int offset, long value) => BinaryPrimitives.WriteInt64LittleEndian(image.AsSpan(offset), value);
    }
}
