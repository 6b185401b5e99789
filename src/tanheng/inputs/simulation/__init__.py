"""What a simulation takes in: land of all dates on one grid of cells, drivers, zones, masks, demand; opened and checked."""
