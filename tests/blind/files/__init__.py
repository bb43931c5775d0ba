"""Cases written from what is promised alone, without a look at how it is done."""
