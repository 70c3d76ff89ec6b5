<?php

/* The people who can sign in: `name:password`, and what is said of each. */

$peer = json_decode(
    file_get_contents(getenv('PEER_FOLDER') . '/peer.json'),
    true,
    32,
    JSON_THROW_ON_ERROR
);

$config = ['people' => ['exampleauth:UserPass'] + $peer['people']];
