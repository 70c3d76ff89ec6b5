<?php

/* The provider itself.  How it signs, and with what, is the test's to say. */

$peer = json_decode(
    file_get_contents(getenv('PEER_FOLDER') . '/peer.json'),
    true,
    32,
    JSON_THROW_ON_ERROR
);

$metadata[$peer['entity']] = $peer['hosted'] + [
    'host' => '__DEFAULT__',
    'auth' => 'people',
    'attributes.NameFormat' => 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic',
    'authproc' => [
        10 => [
            'class' => 'saml:AttributeNameID',
            'attribute' => 'mail',
            'Format' => 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
        ],
        20 => ['class' => 'saml:PersistentNameID', 'attribute' => 'mail'],
        30 => ['class' => 'saml:TransientNameID'],
    ],
];
