<?php

/*
 * Whom it vouches to: the service that the metadata in `sp.xml` describes, as SimpleSAMLphp reads
 * it.  What an administrator would set otherwise for this service is the test's to say.
 */

$folder = getenv('PEER_FOLDER');
$peer = json_decode(file_get_contents("$folder/peer.json"), true, 32, JSON_THROW_ON_ERROR);

if (is_file("$folder/sp.xml")) {
    $described = SimpleSAML\Metadata\SAMLParser::parseFile("$folder/sp.xml");
    $metadata[$described->getEntityId()] = $peer['remote'] + $described->getMetadata20SP();
}
