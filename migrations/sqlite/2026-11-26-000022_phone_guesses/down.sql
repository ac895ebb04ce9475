DROP TABLE phone_guesses;
