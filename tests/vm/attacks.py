"""What an attacker tries, in the order of the README's threat table."""
import attack
import attack_signature  # noqa: F401: these register theirs
import attack_content  # noqa: F401
import attack_machine  # noqa: F401

ATTACKS = attack.ATTACKS
