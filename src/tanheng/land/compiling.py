"""From a kernel as Python to its machine code, by way of numba: done once for each machine."""

from __future__ import annotations

from typing import Any

import llvmlite.binding as llvm

from tanheng.land.signatures import SIGNATURES

#: Functions of the C library that machine code may call; all else it must bring along.
_C_LIBRARY = {"memset", "memcpy", "memmove"}


class NotSelfContainedError(RuntimeError):
    """Numba made code that can't run without it, or takes its arguments otherwise than expected."""


def llvm_arguments(kernel: str) -> list[str]:
    """Types of the arguments of a kernel as numba hands them on: an array is two owners, two sizes, data, shape, strides.

    Examples
    --------
    >>> llvm_arguments("stay")[:9]
    ['ptr', 'ptr', 'i64', 'i64', 'ptr', 'i64', 'i64', 'i64', 'i64']
    """
    scalars = {"int64": "i64", "float64": "double"}
    found: list[str] = []
    for kind in SIGNATURES[kernel]:
        if kind in scalars:
            found.append(scalars[kind])
        else:
            found += ["ptr", "ptr", "i64", "i64", "ptr", *["i64"] * (2 * kind.count(":") - 2)]
    return found


def target_machine() -> Any:  # noqa: ANN401  llvmlite has no types
    """The processor that this process runs on, as LLVM's target."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = llvm.get_host_cpu_features().flatten()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=features, opt=3, codemodel="jitdefault", jit=True
    )


def object_code(kernel: str) -> bytes:
    """Object file with one function of the kernel's name, which needs nothing but the C library.

    Raises
    ------
    NotSelfContainedError
        The kernel allocates, or this numba does things in another way than those that are known.
    """
    from tanheng.land import kernel as kernels

    dispatcher: Any = getattr(kernels, kernel)
    if not hasattr(dispatcher, "compile"):
        raise NotSelfContainedError("numba is told to compile nothing")
    dispatcher.compile(f"void({', '.join(SIGNATURES[kernel])})")
    # Called through numba before, the kernel may have others: the last one is ours.
    signature, made = list(dispatcher.overloads.items())[-1]
    machine = target_machine()
    module = llvm.parse_assembly(dispatcher.inspect_llvm(signature))
    _keep_alone(module, made.fndesc.llvm_func_name, kernel)
    _drop_unused(module, machine)
    _check(module, kernel)
    data: bytes = machine.emit_object(module)
    return data


def _keep_alone(module: Any, mangled: str, name: str) -> None:  # noqa: ANN401
    """Leave one function to be seen from outside: what Python would call it through is then unused."""
    for function in module.functions:
        if not function.is_declaration:
            function.linkage = "external" if function.name == mangled else "internal"
    module.get_function(mangled).name = name


def _drop_unused(module: Any, machine: Any) -> None:  # noqa: ANN401
    passes = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=3))
    passes.getModulePassManager().run(module, passes)


def _check(module: Any, kernel: str) -> None:  # noqa: ANN401
    arguments = [
        "ptr" if str(item.type).endswith("*") else str(item.type) for item in module.get_function(kernel).arguments
    ]
    if arguments != ["ptr", "ptr", *llvm_arguments(kernel)]:
        raise NotSelfContainedError(f"{kernel} takes {arguments}")
    needed = {item.name for item in module.functions if item.is_declaration and not item.name.startswith("llvm.")}
    if needed - _C_LIBRARY:
        raise NotSelfContainedError(f"{kernel} calls {', '.join(sorted(needed - _C_LIBRARY))}")
