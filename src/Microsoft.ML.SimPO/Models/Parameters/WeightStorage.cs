using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Parameters;

/// <summary>
/// Where the numbers of some weights lie that arrive and leave together, those of a layer, say: their values, what layers compute with, their gradients.
/// Another place for weights, such as the host's memory, a file, a few bits for each number, or a share on each of many processes, is another class below this
/// one: whoever uses weights knows nothing of it. Weights have an index here, and a shape that never changes.
/// </summary>
/// <remarks>
/// <para><b>Entering.</b> Tensors are asked for between <see cref="Enter"/> and <see cref="Leave"/> alone, those that the use names and no others, and anew
/// each time: before and after they need not be anywhere, and next time they may be elsewhere. Uses nest and are counted. <see cref="WeightUse.Forward"/>,
/// <see cref="WeightUse.Read"/> and, where nothing is trained, <see cref="WeightUse.Backward"/> go on on several threads at once and find the same numbers; the
/// other uses are one thread's, and go with no others.</para>
/// <para><b>The way of the walk.</b> Forward it enters embedding, layers from the first to the last, head; backward head, layers from the last to the first,
/// embedding, and not those below the lowest that the gradient must reach. One unit is left before the next is entered; <see cref="Expect"/> names the next one
/// as soon as the one before it is entered. A forward pass without a backward pass may follow at any time.</para>
/// <para><b>Gradients.</b> What is added to <see cref="Gradient"/> adds up over uses and passes until it is set to zero within
/// <see cref="WeightUse.Gradients"/>.
/// <see cref="GradientsReady"/> says, within a use, that all of that use is there; a gradient of a use that is left without it counts for nothing, and the step
/// is given up.</para>
/// <para><b>Numbers.</b> Values, gradients that are updated, and moments are float32. <see cref="Compute"/> is the value, or its rounding to the type of
/// <see cref="ComputeIn"/>; a storage that keeps fewer bits gives what it has kept, as the value, too. A storage that keeps all bits gives the same results, to
/// the last one, as <see cref="ResidentStorage"/>.</para>
/// <para><b>Changes.</b> <see cref="Train"/>, <see cref="Freeze"/>, <see cref="ComputeIn"/>, <see cref="Copy"/> and <see cref="Dispose"/> come while nobody is
/// inside.</para>
/// </remarks>
internal abstract class WeightStorage : IDisposable
{
    /// <summary>
    /// Whether tensors stay where they are, from one use to the next and without one: whoever has looked at them may look again, as long as the weights are not
    /// trained or disposed of, and any number of such storages may be entered together. Others are entered one at a time where it can be.
    /// </summary>
    public virtual bool StaysInPlace => false;

    /// <summary>Brings the tensors of a use. When it fails nothing was entered.</summary>
    public abstract void Enter(WeightUse use);

    /// <summary>The end of a use, whether it failed or not.</summary>
    public abstract void Leave(WeightUse use);

    /// <summary>This use comes next: time to send for the weights. It may not come after all, and it may come without this.</summary>
    public virtual void Expect(WeightUse use)
    {
    }

    /// <summary>All gradients of this <see cref="WeightUse.Backward"/> are there: time to send them away.</summary>
    public virtual void GradientsReady()
    {
    }

    /// <summary>float32, of the weight's shape.</summary>
    public abstract Tensor Value(int index);

    /// <summary>What layers read: of the weight's shape, in the type of <see cref="ComputeIn"/>.</summary>
    public abstract Tensor Compute(int index);

    /// <summary>float32, of the weight's shape: to be added to.</summary>
    public abstract Tensor Gradient(int index);

    public abstract bool IsTrained(int index);

    /// <summary>From now on the weight is trained: it has a gradient, zero at first, and a value that is no other model's.</summary>
    public abstract void Train(int index);

    /// <summary>The end of training: what the gradient takes is given back.</summary>
    public abstract void Freeze(int index);

    /// <summary>The type of <see cref="Compute"/>; asked for at any time.</summary>
    public abstract ScalarType ComputeType(int index);

    /// <summary>The type of <see cref="Compute"/> from now on; float32 at first.</summary>
    public abstract void ComputeIn(int index, ScalarType type);

    /// <summary>
    /// The numbers of a trained weight that this process moves: all of them, or its share, which may be empty. The same as long as it is trained. Where it is
    /// empty neither value nor gradient of it are asked for.
    /// </summary>
    public abstract WeightRange Owned(int index);

    /// <summary>Those numbers, one after another in memory. A tensor that is made for it belongs to the caller's dispose scope.</summary>
    public virtual Tensor OwnedValue(int index) => Value(index);

    /// <summary>Their gradients, summed over all processes, likewise.</summary>
    public virtual Tensor OwnedGradient(int index) => Gradient(index);

    /// <summary>A moment of those numbers, zero at first, where the storage wants it. The optimizer disposes of it.</summary>
    public abstract Tensor NewMoment(int index);

    /// <summary>Takes the value of a weight of the same shape, which lies in another storage; both are entered.</summary>
    public virtual void Take(int index, WeightStorage from, int fromIndex) => Value(index).copy_(from.Value(fromIndex));

    /// <summary>A storage of its own with the same values and types, of which nothing is trained.</summary>
    public abstract WeightStorage Copy();

    /// <summary>May come more than once.</summary>
    public abstract void Dispose();
}
