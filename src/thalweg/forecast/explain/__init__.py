"""What moved a forecast away from its base, by any sources: of one row (`row`, `members`), of each way (`ways`)."""
