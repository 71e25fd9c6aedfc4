"""What a descent needs: memory and threads for compiled code, and the state by which it stops and goes on."""
