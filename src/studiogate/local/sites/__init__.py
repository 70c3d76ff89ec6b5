"""What every site has that people sign in at: forms, cookies, pages, tickets."""
