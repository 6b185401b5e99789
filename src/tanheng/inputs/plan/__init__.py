"""What a plan takes in: its settings with their masks, costs, values, scenarios and rules."""

from tanheng.inputs.plan.opening import PlanInputs, Scenario, check_inputs, open_plan

__all__ = ["PlanInputs", "Scenario", "check_inputs", "open_plan"]
