"""At the gate: a rolling memory of who declared what for whom, and the signs that it gives of a declaration when it is
decided. It is told after the decision is durable; no verdict can see it.
"""
