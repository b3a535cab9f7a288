namespace Microsoft.ML.SimPO.Native;

public class ThreadTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_item_of_every_piece_is_done_once(int threads)
    {
        using var team = new ThreadTeam(threads, () => { });
        Assert.Equal(threads, team.Threads);
        for (int piece = 0; piece < 2000; piece++)
        {
            int[] done = new int[piece % 17];
            team.For(done.Length, item => Interlocked.Increment(ref done[item]));
            Assert.All(done, d => Assert.Equal(1, d));
            if (piece % 500 == 499) Thread.Sleep(20); // helpers fall asleep
        }
    }

    [Fact]
    public void A_failure_in_an_item_is_the_callers_and_the_team_goes_on()
    {
        using var team = new ThreadTeam(3, () => { });
        Assert.Equal("item 7", Assert.Throws<InvalidOperationException>(() => team.For(20, item =>
        {
            if (item == 7) throw new InvalidOperationException("item 7");
        })).Message);
        int sum = 0;
        team.For(10, item => Interlocked.Add(ref sum, item));
        Assert.Equal(45, sum);
    }

    [Fact]
    public void Helpers_are_prepared_and_end_with_the_team()
    {
        int prepared = 0;
        Thread[] helpers = new Thread[2];
        using (var team = new ThreadTeam(3, () => helpers[Interlocked.Increment(ref prepared) - 1] = Thread.CurrentThread))
            while (Volatile.Read(ref prepared) < 2) Thread.Yield();
        Assert.All(helpers, h => Assert.False(h.IsAlive));
    }
}
