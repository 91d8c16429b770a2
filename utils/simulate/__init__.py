"""What is computed: simulators of the physics that the lectures learn from."""
