"""What the lectures share: runtime, data, simulators, plots, sliders and checks of exercises."""
