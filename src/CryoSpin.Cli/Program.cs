Console.WriteLine("cryospin");
return 0;
