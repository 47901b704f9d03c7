curl --request GET \
  --url 'https://clients.encom-conseil.fr/api/v1/smartRoutings?customerAccount=CL0000&number=00331XXXXXXXX' \
  --header 'authorization: Bearer {token} '
