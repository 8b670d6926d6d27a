"""Buy-and-export (买单出口) laid bare: who owns the goods, who lends a name, who claims the refund."""
