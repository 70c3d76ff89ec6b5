"""The services whose objects moto keeps: our policies before each call, and what it lacks."""
